import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCrash } from '../support/crash/run-crash.js';
import { startCrashProduct, type CrashProduct } from '../support/crash/crash-product.js';

const ROUNDS = process.env['LAZARET_CRASH_ROUNDS'];
const SEED = Number(process.env['LAZARET_CRASH_SEED'] ?? Date.now() % 1_000_000);
/** Also the servers that the product stands on. */
const WITH_SERVERS = process.env['LAZARET_CRASH_SERVERS'] === 'true';
const STORE = process.env['LAZARET_CRASH_STORE'];
const SPAN_SECONDS = Number(process.env['LAZARET_CRASH_SECONDS'] ?? 5);
const UPLOADS_PER_SECOND = 3;
const ROUND_TIMEOUT_MS = 300_000;

/** Each store, and how often where nobody has a wish. */
const STORES = [
  ['filesystem', 2],
  ['s3', 1],
] as const;

const asked = STORES.filter(([store]) => STORE === undefined || STORE === store);

describe.each(asked)('on the store %s', (store, rounds) => {
  let crash: CrashProduct;
  beforeAll(async () => {
    crash = await startCrashProduct(inject('services'), { withServers: WITH_SERVERS, store });
  }, 180_000);
  afterAll(async () => {
    await crash.stop();
    const { runs, uploads, completed, kills, violated } = total;
    console.log(
      `${runs} runs, ${uploads} uploads, ${completed} completed, ${kills} kills; ` +
        (violated.length === 0 ? 'every promise was kept' : `VIOLATED with the seeds ${violated.join(', ')}`),
    );
  }, 120_000);

  const total = { runs: 0, uploads: 0, completed: 0, kills: 0, violated: new Array<string>() };
  const seeds = Array.from({ length: Number(ROUNDS ?? rounds) }, (_, index) => String(SEED + index));

  it.each(seeds)(
    'keeps every promise while processes are killed, lines cut and memories lost at any moment (seed %s)',
    async (seed) => {
      const begunAt = performance.now();
      const lines: string[] = [];
      const note = (line: string): void => {
        const said = `${((performance.now() - begunAt) / 1000).toFixed(1).padStart(6)} s  ${line}`;
        lines.push(said);
        if (process.env['LAZARET_CRASH_VERBOSE'] === 'true') console.log(said);
      };
      console.log(
        `seed ${seed}: npm run crash -- --seed ${seed} --runs 1 --seconds ${SPAN_SECONDS} --store ${store}`,
      );
      const { violations, orphans, tolds } = await runCrash({
        ...crash,
        seed,
        uploads: SPAN_SECONDS * UPLOADS_PER_SECOND,
        spanMs: SPAN_SECONDS * 1000,
        note,
      });
      for (const orphan of orphans) note(`orphan ${orphan}`);
      const completed = tolds.filter(({ isCompleted }) => isCompleted).length;
      const kills = lines.filter((line) => line.includes('kill -9')).length;
      console.log(
        `seed ${seed}: ${tolds.length} uploads, ${completed} completed, ${kills} kills, ${orphans.length} orphans, ` +
          `${((performance.now() - begunAt) / 1000).toFixed(0)} s`,
      );
      total.runs += 1;
      total.uploads += tolds.length;
      total.completed += completed;
      total.kills += kills;
      if (violations.length > 0) total.violated.push(seed);
      expect(violations, lines.join('\n')).toEqual([]);
    },
    ROUND_TIMEOUT_MS,
  );

  it('was no test of a calm day', () => {
    expect(total.kills).toBeGreaterThan(0);
    expect(total.completed).toBeGreaterThan(0);
  });
});
