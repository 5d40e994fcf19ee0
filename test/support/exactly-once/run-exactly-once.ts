import pg from 'pg';
import { createChance } from '../crash/chance.js';
import { countUnfinished } from '../crash/judge-database.js';
import type { Product } from '../product.js';
import { eventually } from '../send-file.js';
import { judgeStories } from './judge-stories.js';
import { playStory, type StoryEnd } from './play-story.js';
import { planStory } from './story-plan.js';
import type { Headers } from './steps.js';
import { openWire } from './wire.js';

/** How much, and which. */
export interface ExactlyOnceRun {
  readonly product: Product;
  /** Requests that are sent at least, repeated and broken ones included. */
  readonly requests: number;
  readonly seed: string;
  readonly note: (line: string) => void;
}

/** What it came to. */
export interface ExactlyOnceReport {
  /** None when everything had exactly one effect. */
  readonly violations: readonly string[];
  readonly requests: number;
  readonly ends: readonly StoryEnd[];
}

/** Stories that are played at the same time. */
const LANES = 96;
const TOKEN_LIFE_MS = 8 * 60_000;
const CALM_TIMEOUT_MS = 600_000;
const MAX_VIOLATIONS = 50;
/** Requests after which everything is judged. */
const ROUND_REQUESTS = 10_000;

/** Plays stories until enough requests were sent; after every few thousand waits until all work is done, and judges. */
export async function runExactlyOnce(run: ExactlyOnceRun): Promise<ExactlyOnceReport> {
  const { product, seed, note } = run;
  const violations: string[] = [];
  const violate = (what: string): void => {
    if (violations.length < MAX_VIOLATIONS) note(`VIOLATED ${what}`);
    violations.push(what);
  };
  const wire = openWire([product.url, ...product.otherApis.map(({ url }) => url)]);
  const chance = createChance(seed);
  const headers = headersOf(product);
  const ends: StoryEnd[] = [];
  let begun = 0;
  const playUntil = async (requests: number): Promise<void> => {
    while (wire.count() < requests && violations.length < MAX_VIOLATIONS) {
      const label = `${seed}-${begun++}`;
      const own = chance.fork(label);
      ends.push(await playStory({ wire, chance: own, violate, label, headers }, planStory(own, label)));
    }
  };
  while (wire.count() < run.requests && violations.length === 0) {
    const until = Math.min(run.requests, wire.count() + ROUND_REQUESTS);
    await Promise.all(Array.from({ length: LANES }, () => playUntil(until)));
    for (const found of await judgeCalm(product, ends, wire.countUnavailable())) violate(found);
    note(
      `${wire.count()} requests, ${ends.length} files, ${violations.length} violations, ${wire.countUnavailable()} unavailable`,
    );
  }
  wire.close();
  return { violations, requests: wire.count(), ends };
}

async function judgeCalm(
  product: Product,
  ends: readonly StoryEnd[],
  mayBeOrphans: number,
): Promise<string[]> {
  const db = new pg.Client({ connectionString: product.databaseUrl });
  await db.connect();
  try {
    const count = (): Promise<number> => countUnfinished(db);
    const calm = await eventually(count, (left) => left === 0, CALM_TIMEOUT_MS).then(
      () => [],
      (error: unknown) => [`not calm: ${String(error)}`],
    );
    return [...calm, ...(await judgeStories(db, product.dataDirectory, ends, mayBeOrphans))];
  } finally {
    await db.end();
  }
}

/** Headers of a user of the first tenant; the token is renewed long before it ends. */
function headersOf(product: Product): () => Promise<Headers> {
  let fetched: { readonly headers: Promise<Headers>; readonly atMs: number } | undefined;
  return () => {
    if (!fetched || performance.now() - fetched.atMs > TOKEN_LIFE_MS) {
      const headers = product.token('acme-admin').then((token) => ({ authorization: `Bearer ${token}` }));
      fetched = { headers, atMs: performance.now() };
    }
    return fetched.headers;
  };
}
