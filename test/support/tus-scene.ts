import { createHash } from 'node:crypto';
import { Upload, type UploadOptions } from 'tus-js-client';
import { expect } from 'vitest';
import type { Product } from './product.js';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Asks GraphQL something. */
export async function ask<T>(
  product: Product,
  token: string,
  query: string,
  variables: Record<string, unknown>,
): Promise<T> {
  const answer = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: T; errors?: unknown };
  if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

/** What is known of a file. */
export interface SeenFile {
  readonly state: string;
  readonly sha256: string | null;
  readonly sizeBytes: number;
}

/** The file of an upload, found by the URL of it. */
const fileOf = async (product: Product, token: string, uploadUrl: string): Promise<SeenFile> => {
  const query = 'query F($id: ID!) { file(id: $id) { state sha256 sizeBytes } }';
  const id = uploadUrl.split('/').at(-1);
  return (await ask<{ file: SeenFile }>(product, token, query, { id })).file;
};

/** Waits until a file is CLEAN, and holds its bytes against those that were sent. */
export async function expectClean(
  product: Product,
  token: string,
  uploadUrl: string,
  bytes: Uint8Array,
): Promise<void> {
  await expect
    .poll(() => fileOf(product, token, uploadUrl), { timeout: 30_000, interval: 200 })
    .toMatchObject({ state: 'CLEAN', sha256: sha256Of(bytes), sizeBytes: bytes.length });
}

/** An upload of tus-js-client, and how it ends. */
export interface TusJsUpload {
  readonly upload: Upload;
  readonly done: Promise<string>;
}

/** Begins an upload as its users do; ends with the URL of it. */
export function beginUpload(
  product: Product,
  token: string,
  bytes: Buffer,
  options: Partial<UploadOptions> = {},
): TusJsUpload {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const upload = new Upload(bytes, {
    endpoint: `${product.url}/uploads`,
    headers: { authorization: `Bearer ${token}` },
    metadata: { filename: 'sent.bin', filetype: 'application/octet-stream' },
    // Long enough for a process that was killed to come back on a busy machine.
    retryDelays: [0, 200, 500, ...Array<number>(30).fill(1_000)],
    onError: reject,
    onSuccess: () => resolve(upload.url ?? ''),
    ...options,
  });
  upload.start();
  return { upload, done: promise };
}
