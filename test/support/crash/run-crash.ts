import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createApiClient, granted, type ApiClient } from '../api-client.js';
import { eventually, sha256, sliceOf } from '../send-file.js';
import { watchEvents } from '../watch-live.js';
import { haveAccidents } from './accidents.js';
import { createChance } from './chance.js';
import { collectAll } from './collect-all.js';
import type { CrashProduct } from './crash-product.js';
import { judgeApi } from './judge-api.js';
import * as judged from './judge-database.js';
import { judgeSagas, readSteps, type StepRow } from './judge-sagas.js';
import { judgeStore } from './judge-store.js';
import { observeEvents, observeProgress, regressions, type Observer } from './observe.js';
import { PART_BYTES, planUpload } from './plan.js';
import { playUpload } from './play-upload.js';
import { sourcesOf, type Scene, type Told } from './scene.js';

/** One round of accidents. */
export interface CrashRun extends CrashProduct {
  /** The same seed makes the same plans and the same accidents; how they meet is up to the machine. */
  readonly seed: string;
  readonly uploads: number;
  /** How long there are accidents. */
  readonly spanMs: number;
  readonly note: (line: string) => void;
}

/** What it came to. */
export interface CrashReport {
  /** Broken guarantees; none when all is well. */
  readonly violations: readonly string[];
  /** Objects that no row referred to before the collector came. */
  readonly orphans: readonly string[];
  readonly tolds: readonly Told[];
}

const TENANTS = ['acme', 'globex'] as const;
type Slug = (typeof TENANTS)[number];

/** How long the product may take to end all work once nothing disturbs it. */
const CALM_TIMEOUT_MS = 90_000;
const WATCH_TIMEOUT_MS = 10_000;

/** Lets clients work while processes die, waits until it is calm, and judges what is left. */
export async function runCrash(run: CrashRun): Promise<CrashReport> {
  const violations: string[] = [];
  const scene = await openScene(run, (what) => {
    violations.push(what);
    run.note(`VIOLATED ${what}`);
  });
  const watching = new AbortController();
  const observers = await Promise.all(TENANTS.map((slug) => beginToObserve(scene, slug, run.seed)));
  const progress = watchSome(scene, watching.signal);
  const tolds = await playAll(run, scene);
  const db = new pg.Client({ connectionString: run.product.databaseUrl });
  await db.connect();
  try {
    const steps = await readSteps(db);
    await eventually(
      () => judged.countUnfinished(db),
      (left) => left === 0,
      CALM_TIMEOUT_MS,
    ).catch((error: unknown) => scene.violate(`not calm after ${CALM_TIMEOUT_MS} ms: ${String(error)}`));
    const orphans = await judge(run, scene, { db, tolds, steps });
    for (const { slug, firstFileId, observer } of observers) {
      await eventually(
        () => judged.judgeObserved(db, slug, firstFileId, observer.seen()),
        (found) => found.length === 0,
        WATCH_TIMEOUT_MS,
      ).catch((error: unknown) => scene.violate(String(error)));
    }
    const timer = setTimeout(() => watching.abort(), WATCH_TIMEOUT_MS);
    for (const found of (await Promise.all(progress)).flat()) scene.violate(found);
    clearTimeout(timer);
    return { violations, orphans, tolds };
  } finally {
    watching.abort();
    await Promise.all(observers.map(({ observer }) => observer.stop()));
    await db.end();
  }
}

async function openScene({ product }: CrashRun, violate: (what: string) => void): Promise<Scene> {
  const urls = [product.url, ...product.otherApis.map(({ url }) => url)];
  const clients = async (slug: Slug): Promise<ApiClient[]> => {
    const token = await product.token(`${slug}-admin`);
    return urls.map((url) => createApiClient(url, token));
  };
  return { clients: { acme: await clients('acme'), globex: await clients('globex') }, violate, created: [] };
}

interface TenantObserver {
  readonly slug: Slug;
  readonly firstFileId: string;
  readonly observer: Observer;
}

/** Makes files until the first event of one is seen, and goes on from its cursor. */
async function beginToObserve(scene: Scene, slug: Slug, seed: string): Promise<TenantObserver> {
  const sources = sourcesOf(scene, slug);
  const [source] = sources;
  const [client] = scene.clients[slug];
  if (!source || !client) throw new Error('There is no API process.');
  const live = watchEvents(source);
  while (live.items.length === 0) {
    granted(await client.createUpload({ name: `marker of ${seed}`, sizeBytes: 1 }));
    await sleep(500);
  }
  live.stop();
  const [first] = live.items;
  if (!first) throw new Error('There was no event.');
  return { slug, firstFileId: first.file.id, observer: observeEvents(sources, first.cursor) };
}

/** Called for each file as soon as its id is known. */
function watchSome(scene: Scene, signal: AbortSignal): Promise<string[]>[] {
  const watched: Promise<string[]>[] = [];
  scene.created.push(({ plan, fileId = '' }) => {
    if (!plan.isWatched || plan.end === 'abandon') return;
    const watch = async (): Promise<string[]> => {
      const stretches = await observeProgress(sourcesOf(scene, plan.tenant), fileId, signal);
      const last = stretches.flat().at(-1);
      const isOver = last !== undefined && !['PENDING', 'RECEIVING', 'SCANNING'].includes(last.stage);
      return [
        ...regressions(stretches).map((found) => `${plan.label}: ${found}`),
        ...(isOver ? [] : [`${plan.label}: its progress never ended, last ${last?.stage ?? 'nothing'}`]),
      ];
    };
    watched.push(watch());
  });
  return watched;
}

async function playAll(run: CrashRun, scene: Scene): Promise<Told[]> {
  const { seed, note } = run;
  const chance = createChance(seed);
  const plans = await Promise.all(
    Array.from({ length: run.uploads }, (_, index) =>
      planUpload(chance.fork(`upload ${index}`), `${seed}-${index}`, run.spanMs),
    ),
  );
  const calm = AbortSignal.timeout(run.spanMs);
  const accidents = run.victims.map((victim) => haveAccidents(victim, chance.fork(victim.name), calm, note));
  const playing = plans.map((plan) => playUpload(scene, plan));
  await Promise.all(accidents);
  note('calm');
  return Promise.all(playing);
}

interface Findings {
  readonly db: pg.Client;
  readonly tolds: readonly Told[];
  /** The log of sagas when the accidents were over. */
  readonly steps: readonly StepRow[];
}

async function judge(
  run: CrashRun,
  { violate, clients }: Scene,
  { db, tolds, steps }: Findings,
): Promise<readonly string[]> {
  const files = await judged.readFiles(db);
  const fragments = await judged.readFragmentKeys(db);
  const store = await judgeStore(await run.view(), files, fragments);
  const collected = await collectAll(run);
  // From here on everything that is found to be missing, the collector has taken.
  const after = await judgeStore(await run.view(), files, fragments);
  const found = [
    ...judged.judgeStates(files, tolds),
    ...(await judged.judgeLedger(db, tolds, ({ plan }, number) =>
      sha256(sliceOf(plan.bytes, PART_BYTES, number)),
    )),
    ...(await judged.judgeHistory(db, files)),
    ...(await judged.judgeAccounts(db)),
    ...(await judgeSagas(db, files, steps)),
    ...store.violations,
    ...after.violations.map((what) => `after the collector: ${what}`),
    ...after.orphans.map((name) => `the collector left ${name} behind`),
    ...(collected.cause instanceof Error ? [`the collector failed: ${collected.cause.message}`] : []),
    ...(await judgeApi(clients, tolds)),
  ];
  for (const what of found) violate(what);
  return store.orphans;
}
