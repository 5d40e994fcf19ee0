import { randomBytes, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startProduct, type Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';
import { offsetOf, tusCalls, type TusCall } from '../support/tus-calls.js';
import { ask, beginUpload, expectClean } from '../support/tus-scene.js';

const MIB = 1024 * 1024;
const PART_BYTES = 5 * MIB;

interface Opened {
  readonly id: string;
  readonly path: string;
}

type Step =
  | { readonly kind: 'part'; readonly number: number; readonly isWrong: boolean }
  | { readonly kind: 'tus'; readonly bytes: number; readonly ending: 'whole' | 'cut' };

const stepOf = (partCount: number): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('part' as const),
      number: fc.integer({ min: 1, max: partCount }),
      isWrong: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('tus' as const),
      bytes: fc.integer({ min: 1, max: 7 * MIB }),
      ending: fc.constantFrom('whole' as const, 'cut' as const),
    }),
  );

describe.each(['filesystem', 's3'] as const)('an upload by several protocols, store: %s', (store) => {
  let product: Product;
  let token: string;
  let call: TusCall;
  const begin = async (given: Product): Promise<void> => {
    product = given;
    token = await product.token('acme-uploader');
    call = tusCalls(product.url, token);
  };
  if (store === 'filesystem') onSharedProduct(begin);
  else {
    beforeAll(async () => begin(await startProduct({ services: inject('services'), store })));
    afterAll(() => product.stop());
  }

  async function open(sizeBytes: number): Promise<Opened> {
    const query = `mutation C($input: CreateUploadInput!) {
      createUpload(input: $input) { file { id } transfer { tusUrl } } }`;
    const input = { name: 'crossing.bin', sizeBytes, partSizeBytes: PART_BYTES };
    const { createUpload } = await ask<{
      createUpload: { file: { id: string }; transfer: { tusUrl: string } };
    }>(product, token, query, { input });
    return { id: createUpload.file.id, path: new URL(createUpload.transfer.tusUrl).pathname };
  }

  async function putPart(id: string, partNumber: number, bytes: Buffer): Promise<void> {
    const query = `mutation S($input: SignUploadPartsInput!) { signUploadParts(input: $input) { parts { url } } }`;
    const input = { fileId: id, parts: [{ partNumber }] };
    const signed = await ask<{ signUploadParts: { parts: { url: string }[] } }>(product, token, query, {
      input,
    });
    const url = signed.signUploadParts.parts[0]?.url ?? '';
    const answer = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
    expect(answer.status).toBe(200);
  }

  const partOf = (bytes: Buffer, number: number): Buffer =>
    bytes.subarray((number - 1) * PART_BYTES, number * PART_BYTES);

  it('begins with signed parts and goes on with tus', async () => {
    const bytes = randomBytes(23 * MIB);
    const { id, path } = await open(bytes.length);
    for (const number of [1, 2, 4]) await putPart(id, number, partOf(bytes, number));
    expect(await offsetOf(call, path)).toBe(2 * PART_BYTES);
    const url = await beginUpload(product, token, bytes, { uploadUrl: `${product.url}${path}` }).done;
    await expectClean(product, token, url, bytes);
  });

  it('begins with tus and goes on with signed parts', async () => {
    const bytes = randomBytes(13 * MIB);
    const { id, path } = await open(bytes.length);
    // In the middle of the second part.
    await call('PATCH', path, { 'upload-offset': '0' }, bytes.subarray(0, 7 * MIB));
    for (const number of [3, 2]) await putPart(id, number, partOf(bytes, number));
    const query = 'mutation C($id: ID!) { completeUpload(input: { fileId: $id }) { file { state } } }';
    await ask(product, token, query, { id });
    await expectClean(product, token, path, bytes);
  });

  it('is put together from uploads that were sent at once', async () => {
    const bytes = randomBytes(26 * MIB + 11);
    const url = await beginUpload(product, token, bytes, { parallelUploads: 4 }).done;
    await expectClean(product, token, url, bytes);
  });

  it('whose parts have all come by signed URLs is complete for tus', async () => {
    const bytes = randomBytes(6 * MIB);
    const { id, path } = await open(bytes.length);
    for (const number of [1, 2]) await putPart(id, number, partOf(bytes, number));
    expect(await offsetOf(call, path)).toBe(bytes.length);
    await expectClean(product, token, path, bytes);
  });

  it('ends with the bytes of its sender, however the protocols are mixed', async () => {
    const seed = randomInt(2 ** 31);
    console.info(`seed ${seed}`);
    const run = fc.asyncProperty(fc.array(stepOf(4), { minLength: 1, maxLength: 10 }), async (steps) => {
      const bytes = randomBytes(17 * MIB + 123);
      const { id, path } = await open(bytes.length);
      for (const step of steps) {
        // Asking for the offset of an upload whose bytes are all there completes it.
        if ((await offsetOf(call, path)) === bytes.length) break;
        if (step.kind === 'part') await sendPart(id, bytes, step);
        else await sendTus(path, bytes, step);
      }
      await beginUpload(product, token, bytes, { uploadUrl: `${product.url}${path}`, chunkSize: 6 * MIB })
        .done;
      await expectClean(product, token, path, bytes);
    });
    await fc.assert(run, { seed, numRuns: 6, endOnFailure: true });
  }, 180_000);

  /** What came wrong by a signed URL is put right the same way, before tus could take it for done. */
  async function sendPart(id: string, bytes: Buffer, step: Step & { kind: 'part' }): Promise<void> {
    const part = partOf(bytes, step.number);
    const isAhead = (await offsetOf(call, `/uploads/${id}`)) < (step.number - 2) * PART_BYTES;
    if (step.isWrong && isAhead) await putPart(id, step.number, randomBytes(part.length));
    await putPart(id, step.number, part);
  }

  async function sendTus(path: string, bytes: Buffer, step: Step & { kind: 'tus' }): Promise<void> {
    const offset = await offsetOf(call, path);
    const headers = { 'upload-offset': String(offset) };
    const chunk = bytes.subarray(offset, offset + step.bytes);
    if (chunk.length === 0) return;
    if (step.ending === 'whole') {
      expect((await call('PATCH', path, headers, chunk)).status).toBe(204);
      return;
    }
    const stream = new ReadableStream<Uint8Array>({
      start: (body) => {
        body.enqueue(chunk);
      },
      pull: async (body) => {
        await new Promise((resolve) => setImmediate(resolve));
        body.error(new Error('cut'));
      },
    });
    await expect(call('PATCH', path, headers, stream)).rejects.toThrow();
  }
});
