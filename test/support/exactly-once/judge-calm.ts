import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { collectAll } from '../crash/collect-all.js';
import { countUnfinished } from '../crash/judge-database.js';
import { eventually } from '../send-file.js';
import type { HistoryFollower } from './follow-history.js';
import { judgeStored, type StoredReport } from './judge-stored.js';
import { judgeStories } from './judge-stories.js';
import type { StoryEnd } from './play-story.js';
import type { StoredThings } from './stored-things.js';

/** What is to be judged. */
export type CalmScene = Parameters<typeof collectAll>[0] & {
  readonly things: StoredThings;
  readonly ends: readonly StoryEnd[];
  readonly history: HistoryFollower;
};

/** What was found once everything was at rest. */
export interface CalmReport {
  readonly violations: readonly string[];
  /** What the collector had to remove. */
  readonly orphans: readonly string[];
}

const CALM_TIMEOUT_MS = 600_000;
const WATCH_TIMEOUT_MS = 30_000;
const REST_MS = 400;
/** Far longer than a process of a busy machine waits for its turn. */
const LATE_REMOVAL_MS = 10_000;

/**
 * Waits until nothing moves any more, and judges: the database and what a subscriber saw; the store beside it; and
 * after the collector, to which nothing is too young, that the store has exactly what rows refer to.
 */
export async function judgeCalm(scene: CalmScene): Promise<CalmReport> {
  const { product, things, ends, history } = scene;
  const db = new pg.Client({ connectionString: product.databaseUrl });
  await db.connect();
  try {
    const calm = await untilCalm(db, things);
    const before = await judgeStored(db, things, ends);
    const collected = await collectAll(scene);
    const after = await judgeAfterCollector(scene, db);
    return {
      violations: [
        ...calm,
        ...(await judgeStories(db, ends)),
        ...before.violations,
        ...after.violations.map((what) => `after the collector: ${what}`),
        ...after.orphans.map((name) => `the collector left ${name}, to which no row refers`),
        ...(collected.cause instanceof Error ? [`the collector failed: ${collected.cause.message}`] : []),
        ...(await untilSeen(db, history)),
      ],
      orphans: before.orphans,
    };
  } finally {
    await db.end();
  }
}

/**
 * What is replaced leaves the store after the commit that says so, and a process that has no turn for a while is late
 * with it. Whatever is still there when that time is over, nobody removes any more.
 */
async function judgeAfterCollector({ things, ends }: CalmScene, db: pg.Client): Promise<StoredReport> {
  let report: StoredReport | undefined;
  const look = async (): Promise<number> => {
    report = await judgeStored(db, things, ends);
    return report.orphans.length;
  };
  await eventually(look, (left) => left === 0, LATE_REMOVAL_MS).catch(() => undefined);
  return report ?? judgeStored(db, things, ends);
}

/** Requests whose sender has left may still be under way: calm is what stays as it is. */
async function untilCalm(db: pg.Client, things: StoredThings): Promise<string[]> {
  const snapshot = async (): Promise<string> => {
    const { rows } = await db.query<{ state: string }>(`
      select format('%s %s %s', (select sum(version) from files), (select count(*) from parts),
        (select count(*) from fragments)) as state`);
    return `${rows[0]?.state ?? ''} ${await countOf(things)}`;
  };
  const moves = async (): Promise<number> => {
    const before = await snapshot();
    await sleep(REST_MS);
    return (await countUnfinished(db)) + (before === (await snapshot()) ? 0 : 1);
  };
  return eventually(moves, (left) => left === 0, CALM_TIMEOUT_MS).then(
    () => [],
    (error: unknown) => [`not calm: ${String(error)}`],
  );
}

/** While uploads still go, a look at them may meet one that has just gone: then nothing is at rest. */
const countOf = (things: StoredThings): Promise<string> =>
  things.list().then(
    ({ size }) => String(size),
    () => `moving at ${performance.now()}`,
  );

async function untilSeen(db: pg.Client, history: HistoryFollower): Promise<string[]> {
  let found: string[] = [];
  const look = async (): Promise<string[]> => (found = await history.judge(db));
  await eventually(look, ({ length }) => length === 0, WATCH_TIMEOUT_MS).catch(() => undefined);
  return found;
}
