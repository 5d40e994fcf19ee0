import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  createApiClient,
  granted,
  type ApiClient,
  type FileView,
  type SignedPartView,
} from '../support/api-client.js';
import { openBreakableLine, type BreakableLine } from '../support/breakable-line.js';
import { createDeadLetterClient } from '../support/dead-letter-client.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import {
  eventually,
  putPart,
  sendFile,
  sendParts,
  sha256,
  sliceOf,
  untilDecided,
} from '../support/send-file.js';
import { createTusUpload, offsetOf, tusCalls } from '../support/tus-calls.js';

const PART_BYTES = 5 * 1024 * 1024;
/** What "at once" means on a busy machine: less than the deadline of a call, which is ten seconds and two. */
const AT_ONCE_MS = { store: 5_000, redis: 1_900 } as const;
/** Failures after which a worker leaves Redis alone. */
const ENOUGH_JOBS = 5;
/** A silence is noticed by deadlines alone. */
const TEST_TIMEOUT_MS = 180_000;

let store: BreakableLine;
let redis: BreakableLine;
let product: Product;
let admin: ApiClient;
beforeAll(async () => {
  const services = inject('services');
  store = await openBreakableLine(Number(new URL(services.s3.endpoint).port));
  const endpoint = `http://127.0.0.1:${store.port}`;
  product = await startProduct({
    services: { ...services, s3: { ...services.s3, endpoint } },
    store: 's3',
    lineToRedis: async (port) => {
      redis = await openBreakableLine(port);
      return redis.port;
    },
  });
  admin = createApiClient(product.url, await product.token('acme-admin'));
});
afterEach(async () => {
  store.find();
  redis.find();
  await eventually(ofApi, ({ status }) => status === 200);
  await eventually(ofWorker, ({ status }) => status === 200);
});
afterAll(async () => {
  await product.stop();
  await Promise.all([store.close(), redis.close()]);
});

interface Readiness {
  readonly status: number;
  readonly body: {
    readonly dependencies: Record<string, { readonly status: string; readonly breaker?: string }>;
  };
}

const readinessAt = async (url: string): Promise<Readiness> => {
  const answer = await fetch(url);
  return { status: answer.status, body: (await answer.json()) as Readiness['body'] };
};
const ofApi = (): Promise<Readiness> => readinessAt(`${product.url}/readyz`);
const ofWorker = (): Promise<Readiness> =>
  readinessAt(product.workerMetricsUrl.replace('/metrics', '/readyz'));
const CLOSED = 0;
const stateIn = async (metricsUrl: string, dependency: string): Promise<number | undefined> =>
  (await readMetrics(metricsUrl)).valueOf('breaker_state', { dependency });

/** What a request came to, and how long it took. */
interface Asked {
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  readonly elapsedMs: number;
}

interface Told {
  readonly code: string;
  readonly retryAfterMs?: number;
}

async function timed(ask: () => Promise<Told>): Promise<Asked> {
  const startedAt = performance.now();
  const { code, retryAfterMs } = await ask();
  return { code, retryAfterMs, elapsedMs: performance.now() - startedAt };
}

const GRANTED = { code: 'GRANTED' };
const create = (): Promise<Asked> =>
  timed(async () => {
    const outcome = await admin.createUpload({ name: 'new.bin', sizeBytes: 10 });
    return outcome.ok ? GRANTED : outcome.error.extensions;
  });
const put = (part: SignedPartView, bytes: Uint8Array): Promise<Asked> =>
  timed(async () => {
    const answer = await putPart(part, bytes);
    return answer.ok ? GRANTED : ((await answer.json()) as Told);
  });

/** Every one was refused for now, in time, with a time to come again. */
function expectRefused(asked: readonly Asked[], dependency: keyof typeof AT_ONCE_MS): void {
  for (const { code, retryAfterMs, elapsedMs } of asked) {
    expect(code).toBe('DEPENDENCY_UNAVAILABLE');
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(elapsedMs).toBeLessThan(AT_ONCE_MS[dependency]);
  }
}

const times = <T>(count: number, work: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, work));

const deadLetters = async (): Promise<number> =>
  granted(await createDeadLetterClient(admin).list({})).totalCount;

interface Whole {
  readonly id: string;
  readonly bytes: Buffer;
}

/** An upload of which all is there. */
async function beginWhole(): Promise<Whole> {
  const bytes = randomBytes(2_000);
  const { id } = granted(await admin.createUpload({ name: 'waits.bin', sizeBytes: bytes.length })).file;
  await sendParts(admin, id, bytes, PART_BYTES);
  return { id, bytes };
}

/** An upload that waits for its second part. */
async function beginHalf(): Promise<{
  readonly halfId: string;
  readonly half: Buffer;
  readonly second: SignedPartView;
}> {
  const half = randomBytes(PART_BYTES + 1_000);
  const input = { name: 'caught.bin', sizeBytes: half.length, partSizeBytes: PART_BYTES };
  const halfId = granted(await admin.createUpload(input)).file.id;
  const parts = [1, 2].map((partNumber) => ({
    partNumber,
    sha256: sha256(sliceOf(half, PART_BYTES, partNumber)),
  }));
  const [first, second] = granted(await admin.signUploadParts({ fileId: halfId, parts })).parts;
  if (!first || !second) throw new Error('Not all parts were signed.');
  expect((await putPart(first, sliceOf(half, PART_BYTES, 1))).status).toBe(200);
  return { halfId, half, second };
}

/** Its inspection waits while the store is away. */
async function expectToWait({ id }: Whole): Promise<void> {
  expect(granted(await admin.completeUpload({ fileId: id })).file.state).toBe('SCANNING');
}

/** Waits until a process has found out that something is lost; the questions alone tell it. */
const untilOpen = (ask: () => Promise<Readiness>, dependency: string): Promise<Readiness> =>
  eventually(ask, ({ body }) => body.dependencies[dependency]?.breaker !== 'closed');

describe('an S3 store that is lost under the running product', () => {
  it.each([
    ['refuses every connection', () => store.lose()],
    ['takes requests and says nothing', () => store.silence()],
  ])(
    'and %s: everybody is told so at once, and all goes on when it is back',
    async (_how, lose) => {
      const { halfId, half, second } = await beginHalf();
      const wholes = [await beginWhole(), await beginWhole()] as const;
      const lastPart = sliceOf(half, PART_BYTES, 2);
      lose();
      // Whoever comes first finds out, and need not wait for long either; of each process on its own.
      await expectToWait(wholes[0]);
      await Promise.all([untilOpen(ofApi, 'object-store'), untilOpen(ofWorker, 'object-store')]);
      // What readiness says is a few moments old.
      const { body } = await eventually(ofApi, ({ status }) => status === 503);
      expect(body).toMatchObject({ dependencies: { 'object-store': { status: 'down' } } });
      expect(await stateIn(product.metricsUrl, 'object-store')).not.toBe(CLOSED);
      for (let round = 0; round < 3; round += 1) {
        expectRefused(await times(10, create), 'store');
        expectRefused(await times(10, () => put(second, lastPart)), 'store');
      }
      await expectToWait(wholes[1]);
      expect(await stateIn(product.workerMetricsUrl, 'object-store')).not.toBe(CLOSED);
      for (const { id } of wholes) {
        expect(granted(await admin.file(id))).toMatchObject({ state: 'SCANNING', verdict: null });
      }

      store.find();
      await eventually(ofApi, ({ status }) => status === 200);
      expect((await putPart(second, lastPart)).status).toBe(200);
      granted(await admin.completeUpload({ fileId: halfId }));
      expect(await untilDecided(admin, halfId)).toMatchObject({ state: 'CLEAN', sha256: sha256(half) });
      for (const { id, bytes } of wholes) {
        expect(await untilDecided(admin, id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
      }
      for (const url of [product.metricsUrl, product.workerMetricsUrl]) {
        await eventually(
          () => stateIn(url, 'object-store'),
          (number) => number === CLOSED,
        );
      }
      expect(await deadLetters()).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});

describe('a Redis that is lost under the running product', () => {
  it.each([
    ['refuses every connection', () => redis.lose()],
    ['takes commands and says nothing', () => redis.silence()],
  ])(
    'and %s: what needs its locks is told so at once, the rest goes on',
    async (_how, lose) => {
      const call = tusCalls(product.url, admin.token);
      const bytes = randomBytes(10_000);
      const path = await createTusUpload(call, bytes.length);
      const append = (from: number): Promise<Response> =>
        call('PATCH', path, { 'upload-offset': String(from) }, bytes.subarray(from, from + 5_000));
      const refused = (): Promise<Asked> =>
        timed(async () => {
          const answer = await append(5_000);
          return answer.ok ? GRANTED : ((await answer.json()) as Told);
        });
      expect((await append(0)).status).toBe(204);
      lose();
      const ofApiInUse = async (): Promise<Readiness> => {
        await times(5, refused);
        return ofApi();
      };
      const sendMeanwhile = (): Promise<FileView> => sendFile(admin, Buffer.from('needs no lock'));
      // A worker finds out when it hands out jobs: so many at once fail at once.
      const [meanwhile] = await Promise.all([
        times(ENOUGH_JOBS, sendMeanwhile),
        untilOpen(ofApiInUse, 'redis'),
        untilOpen(ofWorker, 'redis'),
      ]);
      const { body } = await eventually(ofApi, ({ status }) => status === 503);
      expect(body).toMatchObject({ dependencies: { redis: { status: 'down' } } });
      expect(await stateIn(product.metricsUrl, 'redis')).not.toBe(CLOSED);
      for (let round = 0; round < 3; round += 1) expectRefused(await times(5, refused), 'redis');
      meanwhile.push(await sendMeanwhile());
      for (const { state } of meanwhile) expect(state).toBe('SCANNING');
      expect(await stateIn(product.workerMetricsUrl, 'redis')).not.toBe(CLOSED);

      redis.find();
      await eventually(ofApi, ({ status }) => status === 200);
      await eventually(
        () => offsetOf(call, path).catch(() => -1),
        (offset) => offset === 5_000,
      );
      expect((await append(5_000)).status).toBe(204);
      const [id] = path.split('/').slice(-1);
      expect(await untilDecided(admin, id ?? '')).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
      for (const { id } of meanwhile) {
        expect(await untilDecided(admin, id)).toMatchObject({ state: 'CLEAN' });
      }
      for (const url of [product.metricsUrl, product.workerMetricsUrl]) {
        await eventually(
          () => stateIn(url, 'redis'),
          (number) => number === CLOSED,
        );
      }
      expect(await deadLetters()).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});
