import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runExactlyOnce } from '../support/exactly-once/run-exactly-once.js';
import { startProduct, type Product } from '../support/product.js';

const REQUESTS = Number(process.env['LAZARET_EXACTLY_ONCE_REQUESTS'] ?? 1_000);
const SEED = process.env['LAZARET_EXACTLY_ONCE_SEED'] ?? String(Date.now() % 1_000_000);
const IS_LONG = REQUESTS > 5_000;
/** A hundred thousand take a while on two cores. */
const TIMEOUT_MS = IS_LONG ? 4 * 3_600_000 : 120_000;

let product: Product;

beforeAll(async () => {
  product = await startProduct({ services: inject('services'), apis: 2 });
});
afterAll(() => product.stop());

it(
  `has exactly one effect for each request, however often it comes, in which order and how broken (seed ${SEED})`,
  async () => {
    const begunAt = performance.now();
    const note = (line: string): void => {
      const seconds = ((performance.now() - begunAt) / 1000).toFixed(0);
      if (IS_LONG || line.startsWith('VIOLATED')) console.log(`${seconds.padStart(6)} s  ${line}`);
    };
    console.log(`seed ${SEED}: npm run exactly-once -- --seed ${SEED} --requests ${REQUESTS}`);
    const { violations, requests, ends } = await runExactlyOnce({
      product,
      requests: REQUESTS,
      seed: SEED,
      note,
    });
    const seconds = (performance.now() - begunAt) / 1000;
    console.log(`${requests} requests for ${ends.length} files in ${seconds.toFixed(0)} s`);
    expect(violations).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(REQUESTS);
  },
  TIMEOUT_MS,
);
