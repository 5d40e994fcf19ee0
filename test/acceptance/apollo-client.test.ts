import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { isSubscriptionOperation } from '@apollo/client/utilities';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  CompleteUploadDocument,
  CreateUploadDocument,
  FileDocument,
  SignUploadPartsDocument,
  UploadProgressDocument,
} from '../support/generated/graphql.js';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';

describe('a front end with Apollo Client', () => {
  let product: Product;
  let socket: Client;
  let client: ApolloClient;

  onSharedProduct(async (shared) => {
    product = shared;
    const authorization = `Bearer ${await product.token('acme-uploader')}`;
    socket = createClient({
      url: product.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
    });
    client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.split(
        ({ query }) => isSubscriptionOperation(query),
        new GraphQLWsLink(socket),
        new HttpLink({ uri: `${product.url}/graphql`, headers: { authorization } }),
      ),
    });
  });

  afterAll(async () => {
    client.stop();
    await socket.dispose();
  });

  /** The stages that a subscription shows, until the server completes it. */
  const watch = (fileId: string): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const stages: string[] = [];
      client.subscribe({ query: UploadProgressDocument, variables: { fileId } }).subscribe({
        next: ({ data }) => data && stages.push(data.uploadProgress.stage),
        error: reject,
        complete: () => {
          resolve(stages);
        },
      });
    });

  it('uploads a file, sees it live until the verdict, and reads it from its cache', async () => {
    const bytes = Buffer.from('hello from a browser');
    const created = await client.mutate({
      mutation: CreateUploadDocument,
      variables: { input: { name: 'hello.txt', sizeBytes: bytes.length } },
    });
    const fileId = created.data?.createUpload.file.id ?? '';
    const stages = watch(fileId);
    const signed = await client.mutate({
      mutation: SignUploadPartsDocument,
      variables: { input: { fileId, parts: [{ partNumber: 1 }] } },
    });
    const url = signed.data?.signUploadParts.parts[0]?.url ?? '';
    const put = await fetch(url, { method: 'PUT', body: bytes });
    expect(put.status).toBe(200);
    await client.mutate({ mutation: CompleteUploadDocument, variables: { input: { fileId } } });

    expect((await stages).at(-1)).toBe('CLEAN');
    const read = await client.query({
      query: FileDocument,
      variables: { id: fileId },
      fetchPolicy: 'network-only',
    });
    expect(read.data).toMatchObject({ file: { id: fileId, state: 'CLEAN', downloadable: true } });
    expect(client.readQuery({ query: FileDocument, variables: { id: fileId } })).toMatchObject({
      file: { id: fileId },
    });
  });

  it('gets an error that its code can act on', async () => {
    const refused = client.mutate({
      mutation: CreateUploadDocument,
      variables: { input: { name: '../etc/passwd', sizeBytes: 1 } },
    });
    await expect(refused).rejects.toMatchObject({
      errors: [{ extensions: { code: 'INVALID_NAME', field: 'name', retryable: false } }],
    });
  });
});
