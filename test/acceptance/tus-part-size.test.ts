import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient, type FileView } from '../support/api-client.js';
import { startProduct, type Product } from '../support/product.js';
import { sliceOf } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';
import { createTusUpload, offsetOf, tusCalls, uploadMetadata, type TusCall } from '../support/tus-calls.js';
import { beginUpload, expectClean } from '../support/tus-scene.js';

const MIB = 1024 * 1024;

describe('the parts of an upload whose sender is not told of them', () => {
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

  async function uploadOf(url: string): Promise<FileView['upload']> {
    const file = granted(await client.file(url.split('/').at(-1) ?? ''));
    if (!file) throw new Error('There is no such file.');
    return file.upload;
  }

  const append = async (path: string, offset: number, bytes: Uint8Array): Promise<void> => {
    const answer = await call('PATCH', path, { 'upload-offset': String(offset) }, bytes);
    expect(answer.status).toBe(204);
  };

  const signPart = async (path: string, partNumber: number): Promise<string> => {
    const input = { fileId: path.split('/').at(-1), parts: [{ partNumber }] };
    return granted(await client.signUploadParts(input)).parts[0]?.url ?? '';
  };

  it.each([
    ['one request each', 11_000_001, 3_000_000, 3_000_000, {}],
    ['two of one request', 80 * MIB + 1, 40 * MIB, 20 * MIB, {}],
    ['ten requests each', 20_000_000, 900_000, 9_000_000, {}],
    [
      'one request each, the first of which comes along',
      5_000_000,
      2_000_000,
      2_000_000,
      { uploadDataDuringCreation: true },
    ],
    [
      'one request each, of a length that comes late',
      8_000_001,
      4_000_000,
      4_000_000,
      { uploadLengthDeferred: true },
    ],
    ['as large as ever where the first request brings all', 20 * MIB, Infinity, 8 * MIB, {}],
  ])('are %s', async (_what, sizeBytes, chunkSize, partSizeBytes, options) => {
    const bytes = randomBytes(sizeBytes);
    const url = await beginUpload(product, token, bytes, { chunkSize, ...options }).done;
    expect(await uploadOf(url)).toMatchObject({
      partSizeBytes,
      partCount: Math.ceil(sizeBytes / partSizeBytes),
    });
    await expectClean(product, token, url, bytes);
  });

  it('stay as they were told to who goes on with signed parts', async () => {
    const bytes = randomBytes(7_000_000);
    const path = await createTusUpload(call, bytes.length);
    await append(path, 0, bytes.subarray(0, 2_000_000));
    await append(path, 2_000_000, bytes.subarray(2_000_000, 2_500_000));
    const { partSizeBytes, missingPartNumbers } = await uploadOf(path);
    expect([partSizeBytes, missingPartNumbers]).toEqual([2_000_000, [2, 3, 4]]);
    for (const number of missingPartNumbers) {
      const body = new Uint8Array(sliceOf(bytes, partSizeBytes, number));
      expect((await fetch(await signPart(path, number), { method: 'PUT', body })).status).toBe(200);
    }
    granted(await client.completeUpload({ fileId: path.split('/').at(-1) }));
    await expectClean(product, token, path, bytes);
  });

  it('stay as they are once a part was signed', async () => {
    const bytes = randomBytes(9 * MIB);
    const path = await createTusUpload(call, bytes.length);
    const url = await signPart(path, 2);
    await append(path, 0, bytes.subarray(0, 2 * MIB));
    expect(await uploadOf(path)).toMatchObject({ partSizeBytes: 8 * MIB, missingPartNumbers: [1, 2] });
    const body = new Uint8Array(bytes.subarray(8 * MIB));
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
    await append(path, 2 * MIB, bytes.subarray(2 * MIB, 8 * MIB));
    await expectClean(product, token, path, bytes);
  });

  it('stay as they were answered to createUpload, whatever the requests', async () => {
    const bytes = randomBytes(9 * MIB);
    const created = granted(await client.createUpload({ name: 'a.bin', sizeBytes: bytes.length }));
    const path = new URL(created.transfer.tusUrl).pathname;
    await append(path, 0, bytes.subarray(0, 2 * MIB));
    expect(await uploadOf(path)).toMatchObject({ partSizeBytes: created.transfer.partSizeBytes });
    await beginUpload(product, token, bytes, { uploadUrl: `${product.url}${path}` }).done;
    await expectClean(product, token, path, bytes);
  });

  it.each(['before', 'after'])(
    'are told to whoever repeats the creation with createUpload, %s bytes have come',
    async (moment) => {
      const bytes = randomBytes(9 * MIB);
      const key = randomUUID();
      const input = {
        ...{ name: 'a.bin', sizeBytes: bytes.length, idempotencyKey: key },
        // As a creation by tus says it, which knows no priorities.
        ...{ metadata: [], priority: null },
      };
      const headers = { 'idempotency-key': key, 'upload-metadata': uploadMetadata({ filename: 'a.bin' }) };
      const path = await createTusUpload(call, bytes.length, headers);
      if (moment === 'after') await append(path, 0, bytes.subarray(0, 3 * MIB));
      const { transfer } = granted(await client.createUpload(input));
      if (moment === 'before') await append(path, 0, bytes.subarray(0, 3 * MIB));
      const { partSizeBytes, missingPartNumbers } = await uploadOf(path);
      expect(transfer).toMatchObject({
        partSizeBytes,
        partCount: Math.ceil(bytes.length / partSizeBytes),
      });
      expect(granted(await client.createUpload(input)).transfer).toEqual(transfer);
      for (const number of missingPartNumbers) {
        const body = new Uint8Array(sliceOf(bytes, transfer.partSizeBytes, number));
        expect((await fetch(await signPart(path, number), { method: 'PUT', body })).status).toBe(200);
      }
      granted(await client.completeUpload({ fileId: path.split('/').at(-1) }));
      await expectClean(product, token, path, bytes);
    },
  );

  it('stay as they are when bytes have come of a request that did not say how many', async () => {
    const bytes = randomBytes(9 * MIB);
    const path = await createTusUpload(call, bytes.length);
    const body = new Blob([new Uint8Array(bytes.subarray(0, 3 * MIB))]).stream();
    expect((await call('PATCH', path, { 'upload-offset': '0' }, body)).status).toBe(204);
    await append(path, 3 * MIB, bytes.subarray(3 * MIB, 5 * MIB));
    expect(await offsetOf(call, path)).toBe(5 * MIB);
    expect(await uploadOf(path)).toMatchObject({ partSizeBytes: 8 * MIB, partCount: 2 });
    await append(path, 5 * MIB, bytes.subarray(5 * MIB));
    await expectClean(product, token, path, bytes);
  });

  it('fit the first request that brings something', async () => {
    const bytes = randomBytes(4 * MIB);
    const path = await createTusUpload(call, bytes.length);
    await append(path, 0, new Uint8Array());
    const other = await call('PATCH', path, { 'upload-offset': '7' }, bytes.subarray(0, 3 * MIB));
    expect(other.status).toBe(409);
    await append(path, 0, bytes.subarray(0, 2 * MIB));
    await append(path, 2 * MIB, bytes.subarray(2 * MIB, 3 * MIB));
    expect(await offsetOf(call, path)).toBe(3 * MIB);
    expect(await uploadOf(path)).toMatchObject({ partSizeBytes: 2 * MIB, missingPartNumbers: [2] });
    await append(path, 3 * MIB, bytes.subarray(3 * MIB));
    await expectClean(product, token, path, bytes);
  });
});

describe('on S3, which takes no small parts, they', () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct({ services: inject('services'), store: 's3' });
  });
  afterAll(() => product.stop());

  it.each([
    ['are one request each', 13_000_001, 6_000_000, 6_000_000],
    ['are some requests each', 20_000_000, 3_000_000, 9_000_000],
  ])('%s', async (_what, sizeBytes, chunkSize, partSizeBytes) => {
    const token = await product.token('acme-uploader');
    const bytes = randomBytes(sizeBytes);
    const url = await beginUpload(product, token, bytes, { chunkSize }).done;
    const client = createApiClient(product.url, token);
    const file = granted(await client.file(url.split('/').at(-1) ?? ''));
    expect(file?.upload).toMatchObject({
      partSizeBytes,
      partCount: Math.ceil(sizeBytes / partSizeBytes),
    });
    await expectClean(product, token, url, bytes);
  });
});
