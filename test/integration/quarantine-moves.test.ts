import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import type { File } from '../../src/domain/file.js';
import { contentStateOf, type Quarantine } from '../../src/domain/quarantine.js';
import { quarantineKeyOf } from '../../src/domain/object-keys.js';
import { reconcileSagas } from '../../src/usecases/reconcile-sagas.js';
import { deleteFile } from '../../src/usecases/end-file.js';
import type { InspectFileDeps } from '../../src/usecases/inspection/inspection.js';
import { settleBytes } from '../../src/usecases/settle-bytes.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { createFakeScanner, sha256Of } from '../support/memory-inspection.js';
import { EICAR, zipOf } from '../support/samples.js';
import { ACTORS } from '../support/sharing-scene.js';
import { ACME } from '../support/stored-files.js';

const STORES: Record<string, (() => Promise<InspectFileDeps['objects']>) | undefined> = {
  'the file system': undefined,
  S3: () => {
    const { endpoint, ingest: _ingest, ...access } = inject('services').s3;
    const bucketPrefix = `quarantine-${randomBytes(6).toString('hex')}`;
    return createS3Store({ ...access, endpoint: new URL(endpoint), bucketPrefix });
  },
};
const [ACTOR] = ACTORS;

/** Dependencies that are dead from right after the call of a number on, as everything is in a crash. */
function failing(deps: InspectFileDeps, failsAt: number): InspectFileDeps {
  let calls = 0;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (calls > failsAt) throw new Error('crashed');
    const result = await work();
    if (calls >= failsAt) throw new Error('crashed');
    return result;
  };
  const { objects, files } = deps;
  return {
    ...deps,
    files: { transact: (scope, work) => step(() => files.transact(scope, work)) },
    objects: {
      ...objects,
      isolate: (...args) => step(() => objects.isolate(...args)),
      remove: (...args) => step(() => objects.remove(...args)),
      removeIsolated: (...args) => step(() => objects.removeIsolated(...args)),
      abortUpload: (...args) => step(() => objects.abortUpload(...args)),
    },
  };
}

describe.each(Object.entries(STORES))('infected content on %s', (_name, open) => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene(open);
  });
  afterAll(() => scene.close());

  const isolated = async ({ id, tenantId }: File): Promise<string | undefined> => {
    const object = await scene.deps.objects.readIsolated(quarantineKeyOf(tenantId, id));
    return object && sha256Of(Buffer.concat(await object.body.toArray()));
  };
  const quarantineOf = async ({ id }: File): Promise<Quarantine> => {
    const found = await scene.deps.files.transact(ACME, (tx) => tx.findQuarantine(id));
    if (!found) throw new Error('The file is not quarantined.');
    return found;
  };
  /** Decided, with the store gone in the moment in which the bytes would move. */
  const decideOnly = async (bytes: Buffer): Promise<File> => {
    const file = await scene.receive(bytes);
    const gone = (): Promise<never> => Promise.reject(new Error('the store is gone'));
    await scene.inspect(file, { objects: { ...scene.deps.objects, isolate: gone } });
    return scene.find(file);
  };
  const cleanUp = ({ id, tenantId }: File): Promise<void> =>
    reconcileSagas(scene.deps)({ fileId: id, tenantId });
  const expectHeld = async (file: File, bytes: Buffer): Promise<void> => {
    const held = await quarantineOf(file);
    expect(contentStateOf(held)).toBe('HELD');
    expect((held.retainedUntil?.getTime() ?? 0) - held.quarantinedAt.getTime()).toBe(scene.deps.retentionMs);
    expect(await isolated(file)).toBe(sha256Of(bytes));
    expect(await scene.deps.objects.stat({ area: 'ingest', key: file.ingestKey })).toBeUndefined();
  };

  it('converges to the same when everything dies between any two steps of the move', async () => {
    for (let step = 1; ; step += 1) {
      const bytes = await zipOf(`step-${String(step)}.com`, EICAR);
      const file = await decideOnly(bytes);
      expect(contentStateOf(await quarantineOf(file))).toBe('MOVING');
      const hasCrashed = await settleBytes(failing(scene.deps, step), ACME, file).then(
        () => false,
        () => true,
      );
      await cleanUp(file);
      await cleanUp(file);
      await expectHeld(file, bytes);
      if (!hasCrashed) break;
      expect(step).toBeLessThan(20);
    }
  });

  it('and its deletion converge too, also when the deletion comes while the bytes move', async () => {
    if (!ACTOR) throw new Error('There is no actor.');
    const settings = { idempotencyTtlSeconds: 60 };
    const remove = deleteFile({ ...scene.deps, settings });
    for (let step = 1; ; step += 1) {
      const file = await decideOnly(await zipOf(`deleted-${String(step)}.com`, EICAR));
      const { objects } = scene.deps;
      // In the worst moment: the bytes are there, and nobody has noted it.
      const isolate: typeof objects.isolate = async (...args) => {
        const isThere = await objects.isolate(...args);
        expect((await remove(ACTOR, { fileId: file.id })).ok).toBe(true);
        return isThere;
      };
      await settleBytes({ ...scene.deps, objects: { ...objects, isolate } }, ACME, file);
      const deleted = await scene.find(file);
      expect(deleted.state).toBe('DELETED');
      const hasCrashed = await settleBytes(failing(scene.deps, step), ACME, deleted).then(
        () => false,
        () => true,
      );
      await cleanUp(file);
      expect(await isolated(file)).toBeUndefined();
      expect(await scene.deps.objects.stat({ area: 'ingest', key: file.ingestKey })).toBeUndefined();
      expect(await quarantineOf(file)).toMatchObject({ removalCause: 'DELETED' });
      if (!hasCrashed) break;
    }
  });

  it('is taken from the sealed copy when a file was clean before, and other files keep theirs', async () => {
    const bytes = randomBytes(100_000);
    const clean = async (): Promise<File> => {
      const file = await scene.receive(bytes);
      await scene.inspect(file, { scanner: createFakeScanner() });
      return scene.find(file);
    };
    const [first, second] = [await clean(), await clean()];
    const vaultKey = first.vaultKey ?? '';
    expect([first.state, second.vaultKey]).toEqual(['CLEAN', vaultKey]);
    const hit = async (file: File): Promise<void> => {
      const verdict = file.verdict && { ...file.verdict, outcome: 'INFECTED' as const };
      const change = { state: 'INFECTED' as const, vaultKey: null, verdict, version: file.version + 1 };
      await scene.deps.files.transact(ACME, (tx) => tx.change(file, { ...file, ...change }));
    };
    await hit(first);
    await cleanUp(first);
    await expectHeld(await scene.find(first), bytes);
    expect(sha256Of((await scene.readSealed(vaultKey)) ?? Buffer.alloc(0))).toBe(sha256Of(bytes));
    const third = await clean();
    await hit(second);
    await hit(third);
    // Whoever comes first must not take away what the other has to be taken from.
    await cleanUp(second);
    await cleanUp(third);
    for (const file of [second, third]) await expectHeld(await scene.find(file), bytes);
    expect(await scene.readSealed(vaultKey)).toBeUndefined();
  });

  it('that was lost before it could be moved is said to be lost', async () => {
    const file = await decideOnly(EICAR);
    const { objects } = scene.deps;
    if (file.ingestHandle !== null) {
      await objects.abortUpload({ key: file.ingestKey, handle: file.ingestHandle });
    }
    await objects.remove({ area: 'ingest', key: file.ingestKey });
    await cleanUp(file);
    expect(await quarantineOf(file)).toMatchObject({ heldAt: null, removalCause: 'LOST' });
  });
});
