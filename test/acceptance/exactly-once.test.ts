import { randomBytes } from 'node:crypto';
import { afterEach, expect, inject, it } from 'vitest';
import { asSuperuser } from '../support/database.js';
import { runExactlyOnce } from '../support/exactly-once/run-exactly-once.js';
import { startProduct, type Product } from '../support/product.js';

const REQUESTS = Number(process.env['LAZARET_EXACTLY_ONCE_REQUESTS'] ?? 300);
const SEED = process.env['LAZARET_EXACTLY_ONCE_SEED'] ?? String(Date.now() % 1_000_000);
const IS_LONG = REQUESTS > 5_000;
/** A hundred thousand take a while on two cores. */
const TIMEOUT_MS = IS_LONG ? 4 * 3_600_000 : 120_000;

/** Most go where all protocols but one go; straight to the store only an S3 store can be sent to. */
const STORES = [
  { store: 'filesystem', share: 0.8, ways: 'GraphQL, signed parts, tus and multipart' },
  { store: 's3', share: 0.2, ways: 'these, and straight to the store' },
] as const;

let product: Product | undefined;

afterEach(() => product?.stop());

it.each(STORES)(
  `has exactly one effect for each request, however often it comes, in which order and how broken: $ways (seed ${SEED})`,
  async ({ store, share }) => {
    const begunAt = performance.now();
    const note = (line: string): void => {
      const seconds = ((performance.now() - begunAt) / 1000).toFixed(0);
      if (IS_LONG || line.startsWith('VIOLATED')) console.log(`${seconds.padStart(6)} s  ${store}: ${line}`);
    };
    console.log(`seed ${SEED}: npm run exactly-once -- --seed ${SEED} --requests ${REQUESTS}`);
    const services = inject('services');
    const bucketPrefix = `once-${randomBytes(6).toString('hex')}`;
    const env = { S3_BUCKET_PREFIX: bucketPrefix };
    product = await startProduct({ services, store, env, apis: 2 });
    await asSuperuser(product.databaseUrl, (db) => db.query('update tenants set direct_transfer = true'));
    const wanted = Math.round(REQUESTS * share);
    const report = await runExactlyOnce({
      product,
      services,
      store,
      bucketPrefix,
      requests: wanted,
      seed: SEED,
      note,
    });
    const { count, files, connections, orphans, violations } = report;
    const seconds = (performance.now() - begunAt) / 1000;
    console.log(
      `${store}: ${count.sent} requests for ${files} files in ${seconds.toFixed(0)} s: ` +
        `${count.broken} without an answer, ${connections} database connections ended, ` +
        `${count.unavailable} told that something is not there, ` +
        `${orphans} orphans collected, ${violations.length} violations`,
    );
    expect(violations).toEqual([]);
    expect(count.sent).toBeGreaterThanOrEqual(wanted);
  },
  TIMEOUT_MS,
);
