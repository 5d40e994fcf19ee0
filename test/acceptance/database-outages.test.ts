import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient, type ApiOutcome } from '../support/api-client.js';
import { asSuperuser } from '../support/database.js';
import { startOwnPostgres, type OwnPostgres } from '../support/own-postgres.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { eventually, putPart, sendFile, sha256, untilDecided } from '../support/send-file.js';

let postgres: OwnPostgres;
let product: Product;
let admin: ApiClient;
let thaw = (): void => undefined;
const warnings: string[] = [];
beforeAll(async () => {
  postgres = await startOwnPostgres();
  product = await startProduct({
    services: { ...inject('services'), postgres },
    env: { LAZARET_DATABASE_DEADLINE_MS: '2000' },
    show: (line) => warnings.push(line),
  });
  admin = createApiClient(product.url, await product.token('acme-admin'));
});
afterAll(async () => {
  thaw();
  await product.stop();
  await postgres.stop();
});

const isRetryable = (outcome: ApiOutcome<unknown>): boolean =>
  !outcome.ok &&
  outcome.error.extensions.code === 'DEPENDENCY_UNAVAILABLE' &&
  outcome.error.extensions.retryable;

const ready = async (): Promise<number> => (await fetch(`${product.url}/readyz`)).status;

describe('a database that stands still', () => {
  it('is not waited for: whatever is asked gets a retryable answer meanwhile, and afterwards all goes on', async () => {
    const bytes = randomBytes(1_000);
    const input = { name: 'frozen.bin', sizeBytes: bytes.length };
    const { file } = granted(await admin.createUpload(input));
    const parts = [{ partNumber: 1, sha256: sha256(bytes) }];
    const [signed] = granted(await admin.signUploadParts({ fileId: file.id, parts })).parts;
    if (!signed) throw new Error('Nothing was signed.');

    const underWay = Promise.all(Array.from({ length: 20 }, () => admin.createUpload(input)));
    thaw = await postgres.freeze();
    for (const outcome of await underWay) expect(outcome.ok || isRetryable(outcome)).toBe(true);
    const later = await Promise.all([
      ...Array.from({ length: 20 }, () => admin.createUpload(input)),
      admin.file(file.id),
      admin.files({ first: 10 }),
      admin.completeUpload({ fileId: file.id }),
    ]);
    expect(later.map(isRetryable)).toEqual(later.map(() => true));
    const put = await putPart(signed, bytes);
    expect([put.status, await put.json()]).toMatchObject([503, { retryable: true }]);
    expect(await ready()).toBe(503);
    thaw();

    await eventually(ready, (status) => status === 200);
    await eventually(
      () => admin.createUpload(input),
      ({ ok }) => ok,
    );
    expect((await putPart(signed, bytes)).status).toBe(200);
    granted(await admin.completeUpload({ fileId: file.id }));
    expect(await untilDecided(admin, file.id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
  });
});

describe('a database that is away when a process starts', () => {
  it.each([
    ['api', () => product.api],
    ['worker', () => product.worker],
  ])('is waited for by the %s, which then does its work', async (name, target) => {
    await target().kill9();
    thaw = await postgres.freeze();
    warnings.length = 0;
    const restarting = target().restart();
    await eventually(
      async () => warnings.filter((line) => line.includes(name) && line.includes('waiting for it')),
      (found) => found.length > 0,
    );
    thaw();
    await restarting;
    const { id } = await sendFile(admin, Buffer.from(name));
    expect(await untilDecided(admin, id)).toMatchObject({ state: 'CLEAN' });
  });
});

describe('connections to the database that are killed under load', () => {
  const UPLOADS = 12;
  const MAX_TRIES = 100;
  /** Until one of their transactions was hit and run again. */
  const MOST_UPLOADS = 240;

  interface Sent {
    readonly id: string;
    readonly bytes: Buffer;
  }

  /** As a client does it: what is refused for now is asked for again. */
  async function insist<T>(ask: () => Promise<ApiOutcome<T>>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const outcome = await ask();
      if (outcome.ok || !isRetryable(outcome) || tries === MAX_TRIES) return granted(outcome);
      await sleep(20);
    }
  }

  async function send(index: number): Promise<Sent> {
    const bytes = Buffer.from(`killed ${index}`);
    const input = { name: 'killed.bin', sizeBytes: bytes.length, idempotencyKey: randomUUID() };
    const { id } = (await insist(() => admin.createUpload(input))).file;
    const parts = [{ partNumber: 1, sha256: sha256(bytes) }];
    const [signed] = (await insist(() => admin.signUploadParts({ fileId: id, parts }))).parts;
    if (!signed) throw new Error('Nothing was signed.');
    await eventually(
      async () => (await putPart(signed, bytes)).status,
      (status) => status === 200,
    );
    await insist(() => admin.completeUpload({ fileId: id }));
    return { id, bytes };
  }

  /** Kills every third connection again and again, so that others get on meanwhile. */
  const killUntil = (signal: AbortSignal): Promise<void> =>
    asSuperuser(product.databaseUrl, async (client) => {
      for (let round = 0; !signal.aborted; round += 1) {
        await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and pid % 3 = $1`,
          [round % 3],
        );
        await sleep(100);
      }
    });

  it('lose nothing that was acknowledged, and make nothing twice', { timeout: 180_000 }, async () => {
    const count = async (): Promise<number> => granted(await admin.files({ first: 1 })).totalCount;
    const before = await count();
    const retries = async (): Promise<number> =>
      (await readMetrics(product.metricsUrl)).valueOf('database_retries_total', { principal: 'tenant' }) ?? 0;
    const retriedBefore = await retries();
    const done = new AbortController();
    const killing = killUntil(done.signal);
    const sent: Sent[] = [];
    try {
      while (sent.length < MOST_UPLOADS && (await retries()) === retriedBefore) {
        sent.push(...(await Promise.all(Array.from({ length: UPLOADS }, (_, index) => send(index)))));
      }
    } finally {
      done.abort();
      await killing;
    }
    expect(await retries()).toBeGreaterThan(retriedBefore);
    expect(await count()).toBe(before + sent.length);
    for (const { id, bytes } of sent) {
      expect(await untilDecided(admin, id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
      const { url } = granted(await admin.createDownloadUrl({ fileId: id }));
      expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
    }
  });
});
