import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { createDeadLetterClient } from '../support/dead-letter-client.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { startRgw, type Rgw } from '../support/rgw.js';
import { eventually, sendParts, sha256, untilDecided } from '../support/send-file.js';

/** A gateway of its own has to start, and to hear of changed keys. */
const TEST_TIMEOUT_MS = 180_000;
const FILES = 4;
const KEY = ['--uid=app', '--access-key=AK'];

let directory: string;
let rgw: Rgw;
let product: Product;
let admin: ApiClient;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-refused-'));
  rgw = await startRgw(directory);
  product = await startProduct({ services: { ...inject('services'), s3: rgw }, store: 's3' });
  admin = createApiClient(product.url, await product.token('acme-admin'));
}, TEST_TIMEOUT_MS);
afterAll(async () => {
  await product.stop();
  await rgw.stop();
  await rm(directory, { recursive: true, force: true });
});

const mend = (): Promise<unknown> => rgw.admin('key', 'create', ...KEY, '--secret-key=SK');

describe('a store that no longer takes our key', () => {
  it.each([
    ['InvalidAccessKeyId', () => rgw.admin('key', 'rm', ...KEY)],
    ['SignatureDoesNotMatch', () => rgw.admin('key', 'create', ...KEY, '--secret-key=rotated')],
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
      for (const url of [product.metricsUrl, product.workerMetricsUrl]) {
        const ready = await eventually(
          async () => (await fetch(url.replace('/metrics', '/readyz'))).json() as Promise<Readiness>,
          ({ dependencies: { 'object-store': store } }) => store.breaker === 'open',
        );
        expect(ready.status).toBe('unavailable');
        expect(ready.dependencies['object-store'].detail).toContain(reason);
        expect((await readMetrics(url)).valueOf('dependency_refusing', { reason })).toBe(1);
      }
      for (const { id } of files) {
        expect(granted(await admin.file(id))).toMatchObject({ state: 'SCANNING', verdict: null });
      }
      await mend();
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

interface Readiness {
  readonly status: string;
  readonly dependencies: {
    readonly 'object-store': { readonly breaker: string; readonly detail?: string };
  };
}
