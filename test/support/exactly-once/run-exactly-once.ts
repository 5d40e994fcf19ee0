import { setTimeout as sleep } from 'node:timers/promises';
import { createChance } from '../crash/chance.js';
import type { Product } from '../product.js';
import type { TestServices } from '../services.js';
import { watchEvents } from '../watch-live.js';
import { breakConnections } from './break-connections.js';
import { followHistory, type HistoryFollower } from './follow-history.js';
import { thingsOnDisk } from './things-on-disk.js';
import { headersOf, toSources } from './identity.js';
import { judgeCalm } from './judge-calm.js';
import { playStory, type StoryEnd } from './play-story.js';
import { reportProgress } from './report-progress.js';
import { thingsInBuckets } from './things-in-buckets.js';
import { planStory, WAYS, WAYS_WITH_DIRECT } from './story-plan.js';
import type { Headers } from './steps.js';
import { openWire, type Wire, type WireCount } from './wire.js';

/** How much, and which. */
export interface ExactlyOnceRun {
  readonly product: Product;
  readonly services: TestServices;
  readonly store: 'filesystem' | 's3';
  /** Of its buckets, where it has some. */
  readonly bucketPrefix: string;
  /** Requests that are sent at least, repeated and broken ones included. */
  readonly requests: number;
  readonly seed: string;
  readonly note: (line: string) => void;
}

/** What it came to. */
export interface ExactlyOnceReport {
  /** None when everything had exactly one effect. */
  readonly violations: readonly string[];
  readonly count: WireCount;
  readonly files: number;
  /** To the database, that were ended while they were in use. */
  readonly connections: number;
  /** What lay in the store at rest without a row, before the collector came: never more than were broken. */
  readonly orphans: number;
}

/** Most stories that are played at the same time. */
const MAX_LANES = 96;
/** A player sends about so many at least, so that a short run needs few. */
const LANE_REQUESTS = 10;
const MAX_VIOLATIONS = 50;
const MAX_FIRST_STORIES = 50;
const FIRST_EVENT_MS = 200;
/** Requests after which everything is judged. */
const ROUND_REQUESTS = 10_000;

interface Stage extends ExactlyOnceRun {
  readonly wire: Wire;
  readonly headers: () => Promise<Headers>;
  readonly violations: string[];
  readonly violate: (what: string) => void;
  readonly ends: StoryEnd[];
}

/** Plays stories until enough requests were sent; after every few thousand waits until all work is done, and judges. */
export async function runExactlyOnce(run: ExactlyOnceRun): Promise<ExactlyOnceReport> {
  const stage = openStage(run);
  const { wire, violations, ends } = stage;
  const play = playerOf(stage);
  const progress = reportProgress(run.note, () => ({
    ...wire.count(),
    wanted: run.requests,
    files: ends.length,
    violations: violations.length,
  }));
  const breaker = await breakConnections(run.product.databaseUrl, createChance(`${run.seed}/breaks`));
  let history: HistoryFollower | undefined;
  const lanes = Math.min(MAX_LANES, Math.ceil(run.requests / LANE_REQUESTS));
  let orphans = 0;
  try {
    history = await beginHistory(run.product, play, wire);
    while (wire.count().sent < run.requests && violations.length === 0) {
      const until = Math.min(run.requests, wire.count().sent + ROUND_REQUESTS);
      breaker.resume();
      await Promise.all(Array.from({ length: lanes }, () => play(until)));
      breaker.pause();
      orphans += await judgeRound(stage, history);
    }
    const connections = breaker.count();
    return { violations, count: wire.count(), files: ends.length, connections, orphans };
  } finally {
    progress.stop();
    await breaker.stop();
    await history?.stop();
    wire.close();
  }
}

/** Plays single stories until a subscriber has seen an event, from which on nothing may escape it. */
async function beginHistory(
  product: Product,
  play: (requests: number) => Promise<void>,
  wire: Wire,
): Promise<HistoryFollower> {
  const sources = toSources(product);
  const [source] = await sources();
  if (!source) throw new Error('There is no API process.');
  const live = watchEvents(source);
  for (let tries = 0; tries < MAX_FIRST_STORIES && live.items.length === 0; tries += 1) {
    await play(wire.count().sent + 1);
    await sleep(FIRST_EVENT_MS);
  }
  live.stop();
  const [first] = live.items;
  if (!first) throw new Error('No event was seen.');
  return followHistory(sources, first);
}

function openStage(run: ExactlyOnceRun): Stage {
  const { product, note } = run;
  const violations: string[] = [];
  const violate = (what: string): void => {
    if (violations.length < MAX_VIOLATIONS) note(`VIOLATED ${what}`);
    violations.push(what);
  };
  const wire = openWire([product.url, ...product.otherApis.map(({ url }) => url)]);
  return { ...run, wire, headers: headersOf(product), violations, violate, ends: [] };
}

/** Plays one story after the other until enough requests were sent, by all players together. */
function playerOf({ store, seed, wire, violations, violate, headers, ends }: Stage) {
  const chance = createChance(seed);
  const ways = store === 's3' ? WAYS_WITH_DIRECT : WAYS;
  let begun = 0;
  return async (requests: number): Promise<void> => {
    while (wire.count().sent < requests && violations.length < MAX_VIOLATIONS) {
      const label = `${seed}-${begun++}`;
      const own = chance.fork(label);
      const plan = planStory(own, label, ways);
      const end = await playStory({ wire, chance: own, violate, label, headers }, plan);
      ends.push(end, ...(end.partials ?? []));
    }
  };
}

/** @returns how many orphans there were */
async function judgeRound(stage: Stage, history: HistoryFollower): Promise<number> {
  const { product, services, store, bucketPrefix, wire, violate, note } = stage;
  const things =
    store === 's3' ? thingsInBuckets(services.s3, bucketPrefix) : thingsOnDisk(product.dataDirectory);
  note('calm: waiting until all work is done, and judging');
  const { violations, orphans } = await judgeCalm({ ...stage, things, history });
  for (const found of violations) violate(found);
  const { broken, unavailable } = wire.count();
  // Only what nobody could tell the end of may leave something for the collector.
  if (orphans.length > broken + unavailable) {
    violate(`${orphans.length} orphans, more than requests that broke`);
  }
  note(
    `judged: ${orphans.length} orphans were collected${orphans.length > 0 ? `, as ${orphans[0] ?? ''}` : ''}`,
  );
  return orphans.length;
}
