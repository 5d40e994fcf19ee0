import { ApolloClient, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import UploadHttpLink from 'apollo-upload-client/UploadHttpLink.mjs';
import pRetry from 'p-retry';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { UploadFileDocument, type UploadFileMutation } from '../support/generated/graphql.js';
import { startProduct, type Product } from '../support/product.js';

const MIB = 1024 * 1024;
const MAX_FILE_BYTES = 6 * MIB;

describe('a front end with apollo-upload-client', () => {
  let product: Product;
  let client: ApolloClient;

  beforeAll(async () => {
    product = await startProduct({ services: inject('services') });
    await limitFiles(product.databaseUrl);
    const authorization = `Bearer ${await product.token('acme-uploader')}`;
    const headers = { authorization, 'apollo-require-preflight': 'true' };
    client = new ApolloClient({
      cache: new InMemoryCache(),
      link: new UploadHttpLink({ uri: `${product.url}/graphql`, headers }),
    });
  });
  afterAll(async () => {
    client.stop();
    await product.stop();
  });

  /** A busy machine may say that it has no room for new work right now: a client comes back. */
  const send = (sizeBytes: number): Promise<ApolloClient.MutateResult<UploadFileMutation>> => {
    const file = new File([Buffer.alloc(sizeBytes, 'x')], `${sizeBytes}.txt`);
    const variables = { file, input: {} };
    return pRetry(() => client.mutate({ mutation: UploadFileDocument, variables }), {
      retries: 20,
      maxTimeout: 2_000,
      shouldRetry: ({ error }) => codeOf(error) === 'OVERLOADED',
    });
  };

  it('sends a file of several parts in one request', async () => {
    const { data } = await send(MAX_FILE_BYTES);
    expect(data).toMatchObject({
      uploadFile: { file: { name: `${MAX_FILE_BYTES}.txt`, sizeBytes: MAX_FILE_BYTES } },
    });
  });

  it('is told TOO_LARGE of one byte more, and nothing hangs', async () => {
    const error: unknown = await send(MAX_FILE_BYTES + 1).catch((reason: unknown) => reason);
    expect(codeOf(error)).toBe('TOO_LARGE');
    await expect(send(10)).resolves.toMatchObject({ data: { uploadFile: { file: { sizeBytes: 10 } } } });
  });
});

async function limitFiles(databaseUrl: string): Promise<void> {
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  await db.query('UPDATE tenants SET max_file_bytes = $1', [MAX_FILE_BYTES]);
  await db.end();
}

function codeOf(error: unknown): unknown {
  if (CombinedGraphQLErrors.is(error)) return error.errors[0]?.extensions?.['code'];
  if (!ServerError.is(error)) return error;
  const { errors } = JSON.parse(error.bodyText) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code;
}
