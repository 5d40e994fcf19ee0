import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  CreateUploadDocument,
  FileDocument,
  UploadProgressDocument,
} from '../../../client/src/generated/graphql.js';
import { apolloTransport } from '../../../client/src/react/apollo-transport.js';

const signal = new AbortController().signal;
const SUMMARY = {
  ...{ __typename: 'File', id: 'file-1', version: 1, name: 'a', sizeBytes: 1, state: 'PENDING' },
  ...{ downloadable: false, updatedAt: 'now' },
};
const FILE = {
  ...{ ...SUMMARY, declaredType: null, detectedType: null, sha256: null },
  ...{ priority: 'BULK', createdBy: 'me', createdAt: 'now', metadata: [], verdict: null },
};
const TRANSFER = { __typename: 'Transfer', partSizeBytes: 1, partCount: 1, tusUrl: 'x', expiresAt: 'later' };
const UPLOAD = {
  ...{ __typename: 'Upload', receivedBytes: 0, partSizeBytes: 1, partCount: 1 },
  ...{ missingPartNumbers: [1], expiresAt: 'later', parts: [] },
};
const PROGRESS = {
  ...{ __typename: 'UploadProgress', stage: 'PENDING', receivedBytes: 0, scannedBytes: 0 },
  ...{ queuePosition: null, observedAt: 'now', file: FILE },
};
const DATA = {
  createUpload: { createUpload: { __typename: 'CreateUploadPayload', file: SUMMARY, transfer: TRANSFER } },
  file: { file: { ...FILE, upload: UPLOAD } },
  uploadProgress: { uploadProgress: PROGRESS },
};
const BUSY = { message: 'Busy.', extensions: { code: 'OVERLOADED', retryable: true, retryAfterMs: 5 } };

interface Settings {
  readonly dataMasking?: boolean;
  /** Apollo wants them declared for the whole program: here they differ from test to test. */
  readonly defaultOptions?: object;
}

/** A client of a page with such settings, whose service answers each operation with the same. */
function open(answer: 'data' | 'refusal', settings: Settings): { apollo: ApolloClient; asked: string[] } {
  const asked: string[] = [];
  const link = new ApolloLink(({ operationName, query }) => {
    asked.push(print(query));
    const data = DATA[operationName as keyof typeof DATA];
    return new Observable((observer) => {
      observer.next(answer === 'data' ? { data } : { data: null, errors: [BUSY] });
      observer.complete();
    });
  });
  const options = { cache: new InMemoryCache(), link, ...settings } as ApolloClient.Options;
  return { apollo: new ApolloClient(options), asked };
}

describe('operations over the Apollo Client of a page', () => {
  it('read whole answers where the page masks data, and ask the service nothing else for it', async () => {
    const { apollo, asked } = open('data', { dataMasking: true });
    const transport = apolloTransport(apollo);
    const input = { name: 'a', sizeBytes: 1 };
    expect(await transport.request(CreateUploadDocument, { input })).toMatchObject(DATA.createUpload);
    expect(await transport.request(FileDocument, { id: 'file-1' })).toMatchObject(DATA.file);
    const heard: unknown[] = [];
    await transport.subscribe(
      UploadProgressDocument,
      { fileId: 'file-1' },
      (item) => heard.push(item),
      signal,
    );
    expect(heard).toMatchObject([DATA.uploadProgress]);
    expect(asked.join()).not.toContain('unmask');
    apollo.stop();
  });

  it.each(['none', 'all', 'ignore'] as const)(
    'fail with what the service says where the errorPolicy of the page is %s',
    async (errorPolicy) => {
      const defaultOptions = { mutate: { errorPolicy }, query: { errorPolicy } };
      const { apollo } = open('refusal', { defaultOptions });
      const transport = apolloTransport(apollo);
      const refusal = { code: 'OVERLOADED', retryable: true, retryAfterMs: 5 };
      const input = { name: 'a', sizeBytes: 1 };
      await expect(transport.request(CreateUploadDocument, { input })).rejects.toMatchObject(refusal);
      await expect(transport.request(FileDocument, { id: 'file-1' })).rejects.toMatchObject(refusal);
      const heard = transport.subscribe(
        UploadProgressDocument,
        { fileId: 'file-1' },
        () => undefined,
        signal,
      );
      await expect(heard).rejects.toMatchObject(refusal);
      apollo.stop();
    },
  );
});
