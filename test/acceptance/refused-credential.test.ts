import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { createDeadLetterClient } from '../support/dead-letter-client.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { eventually, sendParts, sha256, untilDecided } from '../support/send-file.js';
import { openStoreAccount, type StoreAccount } from '../support/store-account.js';

/** A gateway has to hear of changed keys, and where the store of the tests is none of ours, to start. */
const TEST_TIMEOUT_MS = 180_000;
const FILES = 4;

let account: StoreAccount;
let product: Product;
let admin: ApiClient;
beforeAll(async () => {
  const services = inject('services');
  account = await openStoreAccount(services);
  product = await startProduct({ services: { ...services, s3: account.s3 }, store: 's3' });
  admin = createApiClient(product.url, await product.token('acme-admin'));
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  await product.stop();
  await account.stop();
});

describe('a store that no longer takes our key', () => {
  it.each([
    ['InvalidAccessKeyId', () => account.removeKey()],
    ['SignatureDoesNotMatch', () => account.setSecret('rotated')],
  ])(
    'and says %s: operators are told so, files wait, and all go on when it is mended',
    async (reason, refuse) => {
      const files = await Promise.all(
        Array.from({ length: FILES }, async () => {
          const bytes = randomBytes(1_000);
          const input = { name: 'waits.bin', sizeBytes: bytes.length };
          const { id } = granted(await admin.createUpload(input)).file;
          await sendParts(admin, id, bytes, bytes.length);
          return { id, bytes };
        }),
      );
      await refuse();
      await eventually(
        async () => codeOf(await admin.createUpload({ name: 'new.bin', sizeBytes: 1 })),
        (code) => code === 'DEPENDENCY_UNAVAILABLE',
      );
      for (const { id } of files) granted(await admin.completeUpload({ fileId: id }));
      await Promise.all([product.metricsUrl, product.workerMetricsUrl].map((url) => expectTold(url, reason)));
      for (const { id } of files) {
        expect(granted(await admin.file(id))).toMatchObject({ state: 'SCANNING', verdict: null });
      }
      await account.setSecret(account.s3.secretKey);
      for (const { id, bytes } of files) {
        expect(await untilDecided(admin, id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
      }
      await eventually(
        async () => (await readMetrics(product.workerMetricsUrl)).valueOf('dependency_refusing', { reason }),
        (value) => value === 0,
      );
      expect(granted(await createDeadLetterClient(admin).list({})).totalCount).toBe(0);
    },
    TEST_TIMEOUT_MS,
  );
});

/** Waits until the process behind a port of metrics has given the store up, and says why. */
async function expectTold(metricsUrl: string, reason: string): Promise<void> {
  const ready = await eventually(
    async () => (await fetch(metricsUrl.replace('/metrics', '/readyz'))).json() as Promise<Readiness>,
    ({ dependencies: { 'object-store': store } }) =>
      store.breaker === 'open' && store.detail?.includes(reason) === true,
  );
  expect(ready.status).toBe('unavailable');
  // A store that others keep busy may have been given up for being late, and has said why when it is asked again.
  await eventually(
    async () => (await readMetrics(metricsUrl)).valueOf('dependency_refusing', { reason }),
    (value) => value === 1,
  );
}

interface Readiness {
  readonly status: string;
  readonly dependencies: {
    readonly 'object-store': { readonly breaker: string; readonly detail?: string };
  };
}
