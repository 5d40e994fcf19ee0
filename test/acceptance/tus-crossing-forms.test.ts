import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';
import { offsetOf, tusCalls, type TusCall } from '../support/tus-calls.js';
import { beginUpload, expectClean } from '../support/tus-scene.js';

const MIB = 1024 * 1024;
/** Part size of an upload whose length only its end tells. */
const PART_BYTES = 8 * MIB;
const SIZE_BYTES = 2 * PART_BYTES + 123;

describe('an upload that a form begins, tus goes on with and a form or tus ends', () => {
  let product: Product;
  let token: string;
  let client: ApiClient;
  let call: TusCall;
  onSharedProduct(async (shared) => {
    product = shared;
    token = await product.token('acme-uploader');
    client = createApiClient(product.url, token);
    call = tusCalls(product.url, token);
  });

  const inputOf = (key: string): object => ({
    name: 'crossing.bin',
    idempotencyKey: key,
    metadata: [{ key: 'label', value: key }],
  });

  /** Sends the beginning of a form and leaves as soon as a part of it is in the ledger. */
  async function breakForm(key: string, bytes: Buffer): Promise<string> {
    const query =
      'mutation ($file: Upload!, $input: UploadFileInput) { uploadFile(file: $file, input: $input) { file { id } } }';
    const field = (name: string, value: string): string =>
      `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const head =
      field('operations', JSON.stringify({ query, variables: { file: null, input: inputOf(key) } })) +
      field('map', JSON.stringify({ 0: ['variables.file'] })) +
      '--B\r\nContent-Disposition: form-data; name="0"; filename="x"\r\nContent-Type: application/octet-stream\r\n\r\n';
    const outgoing = request(`${product.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'multipart/form-data; boundary=B',
        'apollo-require-preflight': '1',
      },
    });
    outgoing.on('error', () => undefined);
    outgoing.write(head);
    outgoing.write(bytes);
    const received = async (): Promise<number> => (await find(key))?.receivedBytes ?? 0;
    await expect.poll(received, { timeout: 30_000, interval: 50 }).toBe(PART_BYTES);
    outgoing.destroy();
    return (await find(key))?.id ?? '';
  }

  async function find(key: string): Promise<{ id: string; receivedBytes: number } | undefined> {
    const page = granted(await client.files({ first: 20 }));
    const edge = page.edges.find(({ node }) => node.metadata.some(({ value }) => value === key));
    return edge && { id: edge.node.id, receivedBytes: edge.node.upload.receivedBytes };
  }

  it('has the bytes of its sender, whatever the lengths, and a repeated form gets its first answer', async () => {
    const seed = randomInt(2 ** 31);
    console.info(`seed ${seed}`);
    const appended = fc.integer({ min: 1, max: SIZE_BYTES - PART_BYTES });
    const run = fc.asyncProperty(
      fc.array(appended, { maxLength: 3 }),
      fc.boolean(),
      async (lengths, endsWithForm) => {
        const bytes = randomBytes(SIZE_BYTES);
        const key = randomUUID();
        const id = await breakForm(key, bytes.subarray(0, PART_BYTES + MIB));
        const path = `/uploads/${id}`;
        let offset = await offsetOf(call, path);
        expect(offset).toBe(PART_BYTES);
        for (const length of lengths) {
          // The last byte is left to whoever ends it.
          const chunk = bytes.subarray(offset, Math.min(offset + length, bytes.length - 1));
          if (chunk.length === 0) break;
          const answer = await call('PATCH', path, { 'upload-offset': String(offset) }, chunk);
          expect(answer.status).toBe(204);
          const before = offset;
          offset = await offsetOf(call, path);
          expect(offset).toBe(before + chunk.length);
          expect((await find(key))?.receivedBytes).toBe(offset);
        }
        if (!endsWithForm) {
          const options = {
            uploadUrl: `${product.url}${path}`,
            uploadLengthDeferred: true,
            chunkSize: 3 * MIB,
          };
          await beginUpload(product, token, bytes, options).done;
        }
        const first = await client.uploadFile(bytes, inputOf(key));
        const again = await client.uploadFile(bytes, inputOf(key));
        expect(again).toEqual(first);
        expect(granted(first).file).toMatchObject({ id });
        await expectClean(product, token, path, bytes);
        const other = await client.uploadFile(randomBytes(SIZE_BYTES), inputOf(key));
        expect(other).toMatchObject({ ok: false, error: { extensions: { code: 'IDEMPOTENCY_MISMATCH' } } });
      },
    );
    await fc.assert(run, { seed, numRuns: 4, endOnFailure: true });
  }, 180_000);

  it('answers CONFLICT to the form whose upload was given up, and not that it was another request', async () => {
    const bytes = randomBytes(SIZE_BYTES);
    const key = randomUUID();
    const id = await breakForm(key, bytes.subarray(0, PART_BYTES + MIB));
    granted(await client.cancelUpload({ fileId: id }));
    const again = await client.uploadFile(bytes, inputOf(key));
    expect(again).toMatchObject({ ok: false, error: { extensions: { code: 'CONFLICT' } } });
  });
});
