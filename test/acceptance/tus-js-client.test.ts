import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';
import { createTusUpload, offsetOf, tusCalls } from '../support/tus-calls.js';
import { ask, beginUpload, expectClean, type TusJsUpload } from '../support/tus-scene.js';

const MIB = 1024 * 1024;

describe('tus-js-client', () => {
  let product: Product;
  let token: string;
  onSharedProduct(async (shared) => {
    product = shared;
    token = await product.token('acme-uploader');
  });

  /** Waits until some bytes have been sent. */
  const sent = (least: number): { promise: Promise<void>; onProgress: (bytes: number) => void } => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { promise, onProgress: (bytes) => (bytes >= least ? resolve() : undefined) };
  };

  const receivedBytes = async (path: string): Promise<number> => {
    const query = 'query F($id: ID!) { file(id: $id) { upload { receivedBytes } } }';
    const id = path.split('/').at(-1);
    const { file } = await ask<{ file: { upload: { receivedBytes: number } } }>(product, token, query, {
      id,
    });
    return file.upload.receivedBytes;
  };

  it.each([
    ['nothing', 0, {}],
    ['in one request', 20 * MIB + 17, {}],
    ['in chunks smaller than a part', 9 * MIB + 1, { chunkSize: 1_000_000 }],
    ['in chunks larger than a part', 40 * MIB + 3, { chunkSize: 17 * MIB + 5 }],
    ['in chunks as large as a part', 16 * MIB, { chunkSize: 8 * MIB }],
    ['along with the creation', 3 * MIB, { uploadDataDuringCreation: true, chunkSize: MIB }],
    ['of a length that it says late', 18 * MIB, { uploadLengthDeferred: true, chunkSize: 5 * MIB }],
    ['in four requests at once', 26 * MIB + 11, { parallelUploads: 4 }],
  ])('uploads %s', async (_how, sizeBytes, options) => {
    const bytes = randomBytes(sizeBytes);
    const url = await beginUpload(product, token, bytes, options).done;
    await expectClean(product, token, url, bytes);
  });

  it('goes on after it was aborted, with another process of the API, and sends nothing twice', async () => {
    const bytes = randomBytes(60 * MIB);
    const begun = sent(20 * MIB);
    const { upload } = beginUpload(product, token, bytes, { onProgress: begun.onProgress });
    await begun.promise;
    await upload.abort();
    const [other] = product.otherApis;
    const uploadUrl = `${other?.url ?? ''}${new URL(upload.url ?? '').pathname}`;
    const offset = await offsetOf(tusCalls(product.url, token), uploadUrl);
    expect(offset).toBeGreaterThan(10 * MIB);
    let firstOffset: number | undefined;
    const again = beginUpload(product, token, bytes, {
      uploadUrl,
      onProgress: (bytesSent) => (firstOffset ??= bytesSent),
    });
    expect(await again.done).toBe(uploadUrl);
    expect(firstOffset).toBeGreaterThanOrEqual(offset);
    await expectClean(product, token, uploadUrl, bytes);
  });

  it.each([0.1, 0.5, 0.9])('goes on after the API was killed at %d of the file', async (share) => {
    const bytes = randomBytes(48 * MIB);
    const begun = sent(share * bytes.length);
    const { done } = beginUpload(product, token, bytes, {
      onProgress: begun.onProgress,
      chunkSize: 12 * MIB,
    });
    await begun.promise;
    await product.api.kill9();
    await product.api.restart();
    await expectClean(product, token, await done, bytes);
  });

  describe('from a sender that is slow', () => {
    let slowPath: string;
    let held: Promise<unknown>;
    // It is long until there is enough of it, and the next test has no need of this process.
    beforeAll(async () => {
      const call = tusCalls(product.url, token);
      slowPath = await createTusUpload(call, 8 * MIB);
      const slow = new ReadableStream<Uint8Array>({
        pull: async (stream) => {
          await sleep(250);
          stream.enqueue(randomBytes(MIB / 16));
        },
      });
      held = call('PATCH', `${product.url}${slowPath}`, { 'upload-offset': '0' }, slow).catch(
        () => undefined,
      );
    });

    it('takes an upload over from a request whose process was killed, within ten seconds', async () => {
      const call = tusCalls(product.url, token);
      const bytes = randomBytes(12 * MIB);
      const path = await createTusUpload(call, bytes.length);
      const [other] = product.otherApis;
      const hanging = new ReadableStream<Uint8Array>({
        start: (stream) => {
          stream.enqueue(bytes.subarray(0, 9 * MIB));
        },
      });
      const held = call('PATCH', `${other?.url ?? ''}${path}`, { 'upload-offset': '0' }, hanging).catch(
        () => undefined,
      );
      // The first part has been taken: the request has the lock.
      await expect.poll(() => receivedBytes(path)).toBe(8 * MIB);
      await other?.kill9();
      const begunAt = performance.now();
      await offsetOf(call, path);
      expect(performance.now() - begunAt).toBeLessThan(10_000);
      await held;
      await other?.restart();
    });

    it('keeps what came slowly when the API is killed, although no part of it was whole', async () => {
      await expect.poll(() => receivedBytes(slowPath), { timeout: 30_000 }).toBeGreaterThan(MIB);
      const received = await receivedBytes(slowPath);
      await product.api.kill9();
      await held;
      await product.api.restart();
      expect(received).toBeLessThan(8 * MIB);
      expect(await offsetOf(tusCalls(product.url, token), slowPath)).toBe(received);
    });
  });

  it('lets two write to one upload: each byte counts once, whoever sends it', async () => {
    const bytes = randomBytes(30 * MIB);
    const path = await createTusUpload(tusCalls(product.url, token), bytes.length);
    const [other] = product.otherApis;
    const writers: TusJsUpload[] = [product.url, other?.url ?? ''].map((url) =>
      beginUpload(product, token, bytes, {
        uploadUrl: `${url}${path}`,
        chunkSize: 3 * MIB,
        retryDelays: Array.from({ length: 60 }, (_, index) => (index % 7) * 50),
      }),
    );
    await Promise.all(writers.map(({ done }) => done));
    await expectClean(product, token, path, bytes);
  });
});
