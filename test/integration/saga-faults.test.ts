import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import { infectedBytesOf, bytesOf, LIVES, type Life } from '../support/sagas/lives.js';
import { judgeFile, judgeRest } from '../support/sagas/judge-scene.js';
import { mortal } from '../support/sagas/mortal.js';
import {
  ANNA,
  countOpen,
  filesNamed,
  openSagaScene,
  type SagaScene,
  type SagaStore,
} from '../support/sagas/saga-scene.js';

/** More moments than any of them has. */
const MAX_MOMENTS = 100;
/** Reconcilers that die, each a little later than the one before. */
const DYING_RECONCILERS = 8;
/** Reconcilers that live; each does all that is due when it begins. */
const LIVING_RECONCILERS = 3;

/** All on the file system, and on S3 those that do different things there. */
const STORES: Record<string, { open?: () => Promise<SagaStore>; lives: readonly string[] }> = {
  'the file system': { lives: Object.keys(LIVES) },
  S3: {
    open: () => {
      const { endpoint, ingest: _ingest, ...access } = inject('services').s3;
      const bucketPrefix = `sagas-${randomBytes(6).toString('hex')}`;
      return createS3Store({ ...access, endpoint: new URL(endpoint), bucketPrefix });
    },
    lives: [
      'the inspection of infected bytes',
      'the deletion of an infected file that is about to be released',
    ],
  },
};

type Prepared = Awaited<ReturnType<Life['prepare']>>;

/** Leads a life up to the moment in which whoever does it dies; says how many moments it had so far. */
async function lead(
  scene: SagaScene,
  life: Life,
  [name, file]: readonly [name: string, Prepared],
  diesAt: number,
): Promise<number> {
  const { deps, moments, rest } = mortal(scene.deps, diesAt);
  await life.work(deps, scene, name, file as never).catch(() => undefined);
  await rest();
  await life.repeat?.(scene, name);
  return moments();
}

/** What is left behind is taken up by others, who die as well, and at last by one who lives. */
async function takeUp(scene: SagaScene): Promise<void> {
  await scene.passTime();
  for (let diesAt = 1; diesAt <= DYING_RECONCILERS; diesAt += 1) {
    const { deps, rest } = mortal(scene.deps, diesAt);
    await scene.reconcile(deps);
    await rest();
  }
  for (let round = 0; round < LIVING_RECONCILERS; round += 1) {
    await scene.passTime();
    await scene.reconcile();
  }
}

describe.each(Object.entries(STORES))('sagas on %s', (_store, { open, lives }) => {
  let scene: SagaScene;
  beforeAll(async () => {
    scene = await openSagaScene(open);
  });
  afterAll(() => scene.close());

  it.each(lives)('%s comes to its end, whenever whoever does it dies', async (label) => {
    const life = LIVES[label];
    if (!life) throw new Error('There is no such life.');
    const prepare = async (name: string): Promise<[string, Prepared]> => [
      name,
      await life.prepare(scene, name),
    ];
    const moments = await lead(scene, life, await prepare(`${label} 0`), MAX_MOMENTS);
    expect(moments).toBeGreaterThan(1);
    expect(moments).toBeLessThan(MAX_MOMENTS);
    const names = Array.from({ length: moments + 1 }, (_, moment) => `${label} ${String(moment)}`);
    // All are ready before the first begins: one of them lets time pass for all.
    const prepared = await Promise.all(names.slice(1).map(prepare));
    await Promise.all(prepared.map((one, index) => lead(scene, life, one, index + 1)));
    await takeUp(scene);
    await scene.collect();
    expect(await countOpen(scene)).toBe(0);
    const found: Record<string, unknown> = {};
    for (const name of names) found[name] = await judge(scene, life, name);
    expect(found).toEqual(Object.fromEntries(names.map((name) => [name, []])));
    expect(await judgeRest(scene)).toEqual([]);
  });
});

/** Says what is wrong with the files of a name. */
async function judge(scene: SagaScene, { ends }: Life, name: string): Promise<string[]> {
  const ids = await filesNamed(scene, name);
  const [id] = ids;
  if (ids.length > 1) return [`${String(ids.length)} files of one request`];
  if (!id) return ends.includes('ABSENT') ? [] : ['there is no file'];
  const state = (await scene.deps.files.transact(ANNA, (tx) => tx.find(id)))?.state;
  const isInfected = state === 'INFECTED';
  const wrong = await judgeFile(scene, id, isInfected ? infectedBytesOf(name) : bytesOf(name));
  return state && ends.includes(state) ? wrong : [`it is ${String(state)}`, ...wrong];
}
