import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { guardStore, storeBreaker, type WholeStore } from '../../src/adapters/guarded-store/guard-store.js';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import { TransientError } from '../../src/domain/errors.js';
import { createBreaker, type Breaker } from '../../src/observability/breaker.js';
import { openLine, type HeldLine } from '../support/held-line.js';

const REF = { area: 'vault', key: 'outage/one' } as const;
/** Nobody listens there. */
const DEAD_PORT = 1;

let isDown = false;
let line: HeldLine;
let breaker: Breaker;
let store: WholeStore;
beforeAll(async () => {
  const { endpoint, accessKey, secretKey, region } = inject('services').s3;
  line = await openLine(() => (isDown ? DEAD_PORT : Number(new URL(endpoint).port)));
  const own = await createS3Store({
    endpoint: new URL(`http://127.0.0.1:${line.port}`),
    accessKey,
    secretKey,
    region,
    bucketPrefix: `outage-${randomBytes(6).toString('hex')}`,
  });
  breaker = createBreaker({ ...storeBreaker(own), openMs: 500 });
  store = guardStore(own, breaker);
});
afterAll(async () => {
  await store.remove(REF);
  await line.close();
});

it('a store that is cut off is left alone, and used again when it is back, with all that it had', async () => {
  const bytes = randomBytes(100_000);
  await store.write(REF, bytes.length, Readable.from([bytes]));
  isDown = true;
  line.cut();
  await vi.waitFor(
    async () => {
      await expect(store.stat(REF)).rejects.toBeInstanceOf(TransientError);
      expect(breaker.state()).toBe('open');
    },
    { timeout: 20_000, interval: 1 },
  );
  const sentBytes = line.sentBytes();
  await expect(store.read(REF)).rejects.toThrow('left alone');
  expect(line.sentBytes()).toBe(sentBytes);
  isDown = false;
  const opened = await vi.waitFor(() => store.read(REF), { timeout: 20_000, interval: 50 });
  expect(opened && (await buffer(opened.body)).equals(bytes)).toBe(true);
  expect(breaker.state()).toBe('closed');
});
