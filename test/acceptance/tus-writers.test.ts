import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startProduct, type Product } from '../support/product.js';
import { createTusUpload, offsetOf, tusCalls, type TusCall } from '../support/tus-calls.js';
import { ask, expectClean } from '../support/tus-scene.js';

const MIB = 1024 * 1024;
const PART_BYTES = 8 * MIB;
/** How long a holder may be in the way of others. */
const MOST_MS = 10_000;

describe('writers of one upload', () => {
  let product: Product;
  let token: string;
  let call: TusCall;
  let otherUrl: string;
  beforeAll(async () => {
    product = await startProduct({ services: inject('services'), apis: 2 });
    token = await product.token('acme-uploader');
    call = tusCalls(product.url, token);
    otherUrl = product.otherApis[0]?.url ?? '';
  });
  afterAll(() => product.stop());

  /** A request to the other process that never ends by itself; ends when its first part is in the ledger. */
  async function holdUpload(path: string, bytes: Buffer): Promise<{ ended: Promise<unknown> }> {
    const hanging = new ReadableStream<Uint8Array>({ start: (stream) => stream.enqueue(bytes) });
    const held = call('PATCH', `${otherUrl}${path}`, { 'upload-offset': '0' }, hanging).catch(
      () => undefined,
    );
    const query = 'query F($id: ID!) { file(id: $id) { upload { receivedBytes } } }';
    const received = async (): Promise<number> => {
      const variables = { id: path.split('/').at(-1) };
      const answer = await ask<{ file: { upload: { receivedBytes: number } } }>(
        product,
        token,
        query,
        variables,
      );
      return answer.file.upload.receivedBytes;
    };
    await expect.poll(received, { timeout: 30_000 }).toBe(PART_BYTES);
    return { ended: held };
  }

  it('are not held up by one that is stopped, and it writes nothing when it goes on', async () => {
    const bytes = randomBytes(20 * MIB);
    const path = await createTusUpload(call, bytes.length);
    // What it would bring late are other bytes than those of its successor.
    const stale = Buffer.concat([bytes.subarray(0, PART_BYTES), randomBytes(5 * MIB)]);
    const { ended } = await holdUpload(path, stale);
    const [other] = product.otherApis;
    const pid = other?.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      const begunAt = performance.now();
      let offset = await offsetOf(call, path);
      expect(performance.now() - begunAt).toBeLessThan(MOST_MS);
      expect(offset).toBe(PART_BYTES);
      const head = { 'upload-offset': String(offset) };
      expect((await call('PATCH', path, head, bytes.subarray(offset, offset + MIB))).status).toBe(204);
      process.kill(pid, 'SIGCONT');
      // The process is back when it answers; whatever it does late must come after that.
      await expect
        .poll(() => fetch(`${otherUrl}/livez`).then(({ status }) => status), { timeout: 20_000 })
        .toBe(200);
      await ended;
      offset = await offsetOf(call, path);
      expect(offset).toBe(PART_BYTES + MIB);
      const rest = await call('PATCH', path, { 'upload-offset': String(offset) }, bytes.subarray(offset));
      expect(rest.status).toBe(204);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await expectClean(product, token, path, bytes);
  });

  it('that come at the same moment with other bytes: one is taken whole, the other learns the offset', async () => {
    const path = await createTusUpload(call, 2 * MIB);
    const claims = [randomBytes(MIB), randomBytes(MIB)];
    const answers = await Promise.all(
      claims.map((bytes, index) =>
        call('PATCH', `${index === 0 ? product.url : otherUrl}${path}`, { 'upload-offset': '0' }, bytes),
      ),
    );
    const winner = answers.findIndex(({ status }) => status === 204);
    expect(winner).not.toBe(-1);
    const loser = answers[1 - winner];
    expect([409, 423]).toContain(loser?.status);
    if (loser?.status === 409) expect(loser.headers.get('upload-offset')).toBe(String(MIB));
    else expect(Number(loser?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await offsetOf(call, path)).toBe(MIB);
    const rest = randomBytes(MIB);
    expect((await call('PATCH', path, { 'upload-offset': String(MIB) }, rest)).status).toBe(204);
    await expectClean(product, token, path, Buffer.concat([claims[winner] ?? Buffer.alloc(0), rest]));
  });

  it('are told to come again while there are no locks, and go on when there are', async () => {
    const bytes = randomBytes(MIB);
    const path = await createTusUpload(call, bytes.length);
    expect((await call('PATCH', path, { 'upload-offset': '0' }, bytes.subarray(0, 1_000))).status).toBe(204);
    await product.redis.kill9();
    const send = (): Promise<Response> =>
      call('PATCH', path, { 'upload-offset': '1000' }, bytes.subarray(1_000));
    for (const answer of [await send(), await call('HEAD', path)]) {
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    await product.redis.restart();
    await expect.poll(async () => (await call('HEAD', path)).status).toBe(200);
    expect(await offsetOf(call, path)).toBe(1_000);
    expect((await send()).status).toBe(204);
    await expectClean(product, token, path, bytes);
  });
});
