import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import type { File } from '../../src/domain/file.js';
import { fragmentKeyOf, ingestKeyOf, quarantineKeyOf, vaultKeyOf } from '../../src/domain/object-keys.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import type { QuarantineArea } from '../../src/ports/quarantine-area.js';
import type { StoreInventory } from '../../src/ports/store-inventory.js';
import { collectOrphans, type CollectReport } from '../../src/usecases/collect-orphans.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { EICAR } from '../support/samples.js';
import { ingest, itemsOf, put, readDigest, vault } from '../support/store-subject.js';
import { ACME, draftFile, freshFileId } from '../support/stored-files.js';
import { bodyOf, digest, hashOf } from '../support/test-bytes.js';
import { leadOpenUpload } from '../support/open-upload.js';

type Store = ObjectStore & QuarantineArea & StoreInventory;

const clock = createSystemClock();
/** Everything is old enough. */
const LATER = new Date(clock.now().getTime() + 3_600_000);
const running = new AbortController().signal;

const STORES: Record<string, () => Promise<{ store: Store; close: () => Promise<void> }>> = {
  'the file system': async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'lazaret-collect-'));
    return {
      store: await createFilesystemStore({ root, clock }),
      close: () => rm(root, { recursive: true }),
    };
  },
  S3: async () => {
    const { endpoint, ingest: _ingest, ...access } = inject('services').s3;
    const bucketPrefix = `collect-${randomBytes(6).toString('hex')}`;
    const store = await createS3Store({ ...access, endpoint: new URL(endpoint), bucketPrefix });
    return { store, close: () => Promise.resolve() };
  },
};

describe.each(Object.entries(STORES))('the collector on %s', (_name, open) => {
  let scene: InspectionScene;
  let opened: { store: Store; close: () => Promise<void> };
  let store: Store;
  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    scene = await openInspectionScene(() => Promise.resolve(store));
  });
  afterAll(async () => {
    await scene.close();
    await opened.close();
  });

  const collect = (objects: StoreInventory = store, unchangedSince = LATER): Promise<CollectReport> =>
    collectOrphans({ files: scene.deps.files, objects })({
      unchangedSince,
      signal: running,
      goOn: () => Promise.resolve(true),
    });
  const decide = async (bytes: Buffer): Promise<File> => {
    const file = await scene.receive(bytes);
    expect((await scene.inspect(file)).kind).toBe('decided');
    return scene.find(file);
  };
  const { tenantId } = ACME;
  const removedOf = ({ kinds }: CollectReport): Record<string, number> =>
    Object.fromEntries(Object.entries(kinds).map(([kind, { removed }]) => [kind, removed]));

  it('removes every kind of orphan, and no byte that a row refers to', async () => {
    const clean = await decide(randomBytes(1_000));
    const infected = await decide(EICAR);
    const waiting = await scene.receive(Buffer.from('waiting'));
    const begun = await scene.deps.files.transact(ACME, (tx) => tx.beginInspection(waiting.id, 60_000));
    const current = vaultKeyOf(tenantId, waiting.id, begun?.attempt ?? 0);
    await store.write(vault(current), 7, bodyOf(7, 'being sealed'));
    const upload = await leadOpenUpload(scene.deps.files, store, 20);
    await upload.sendPart();
    const broken = await leadOpenUpload(scene.deps.files, store, 20);
    const fragment = await broken.sendFragment();

    const nobody = freshFileId();
    const orphans = {
      upload: await store.beginUpload(ingestKeyOf(tenantId, nobody)),
      second: await store.beginUpload(upload.file.ingestKey),
    };
    await put(store, orphans.upload, 1, 50, 'for nothing');
    await store.write(ingest(ingestKeyOf(tenantId, clean.id)), 5, bodyOf(5, 'staged too late'));
    await store.write(ingest(fragmentKeyOf(tenantId, broken.file.id, randomUUID())), 6, bodyOf(6, 'no row'));
    await store.write(vault(vaultKeyOf(tenantId, clean.id, 7)), 8, bodyOf(8, 'sealed too late'));
    await store.write(vault(vaultKeyOf(tenantId, nobody, 1)), 9, bodyOf(9, 'of no file'));
    const foreign = [vault(`${randomUUID()}/${nobody}/1`), vault('somebody/else'), ingest('zzz')];
    for (const ref of foreign) await store.write(ref, 1, bodyOf(1, 'foreign'));
    for (const id of [clean.id, nobody]) {
      await store.isolate(vault(clean.vaultKey ?? ''), quarantineKeyOf(tenantId, id));
    }

    const report = await collect();
    expect(removedOf(report)).toMatchObject({ staged: 1, fragment: 1, sealed: 2, quarantined: 2, upload: 2 });
    expect(report).toMatchObject({ foreign: 3, isComplete: true });
    expect(report.cause).toBeUndefined();
    expect(report.kinds.upload).toMatchObject({ found: 2, removedBytes: 50 });
    expect(report.kinds.sealed).toMatchObject({ found: 2, removedBytes: 17 });

    expect(await scene.readSealed(clean.vaultKey ?? '')).toHaveLength(1_000);
    const held = await store.readIsolated(quarantineKeyOf(tenantId, infected.id));
    expect(held && (await digest(held.body)).sizeBytes).toBe(EICAR.length);
    expect(await store.stat(ingest(infected.ingestKey))).toBeUndefined();
    expect((await readDigest(store, vault(current))).sizeBytes).toBe(7);
    expect((await readDigest(store, ingest(fragment))).sizeBytes).toBeGreaterThan(0);
    await upload.finish();
    for (const ref of foreign) expect((await readDigest(store, ref)).sizeBytes).toBe(1);
    const again = await collect();
    expect(Object.values(removedOf(again)).every((removed) => removed === 0)).toBe(true);
  });

  it('keeps what is young, whatever the database says', async () => {
    const upload = await store.beginUpload(ingestKeyOf(tenantId, freshFileId()));
    const hourAgo = new Date(clock.now().getTime() - 3_600_000);
    expect(Object.values(removedOf(await collect(store, hourAgo)))).toEqual([0, 0, 0, 0, 0, 0]);
    await put(store, upload, 1, 10, 'goes on');
    await store.abortUpload(upload);
  });

  it('keeps what gets its row after the store was looked through', async () => {
    const file = draftFile(ACME, { id: freshFileId(), sizeBytes: 10 });
    const key = ingestKeyOf(tenantId, file.id);
    const upload = await store.beginUpload(key);
    const slow: StoreInventory = {
      async *list(options) {
        for await (const item of store.list(options)) if (item.key === key) yield item;
        const row = { ...file, ingestKey: key, ingestHandle: upload.handle };
        expect(await scene.deps.files.transact(ACME, (tx) => tx.insert(row))).toBe('written');
      },
    };
    expect(await collect(slow)).toMatchObject({ kept: 1, kinds: { upload: { found: 0 } } });
    expect((await put(store, upload, 1, 10, 'goes on')).partNumber).toBe(1);
    await store.abortUpload(upload);
  });

  it('stops when another process has the work, and counts what it could not remove', async () => {
    const upload = await store.beginUpload(ingestKeyOf(tenantId, freshFileId()));
    const run = { unchangedSince: LATER, signal: running };
    const stopped = await collectOrphans({ files: scene.deps.files, objects: store })({
      ...run,
      goOn: () => Promise.resolve(false),
    });
    expect(stopped.isComplete).toBe(false);
    const failing: StoreInventory = {
      async *list(options) {
        for await (const item of store.list(options)) {
          yield { ...item, remove: () => Promise.reject(new Error('not now')) };
        }
      },
    };
    const failed = await collect(failing);
    expect(failed.kinds.upload).toEqual({ found: 1, removed: 0, removedBytes: 0 });
    expect(failed.cause).toEqual(new Error('not now'));
    expect(removedOf(await collect())).toMatchObject({ upload: 1 });
    await store.abortUpload(upload);
  });

  it('harms no upload and no inspection that goes on while it runs, again and again without any patience', async () => {
    const uploads = await Promise.all(
      Array.from({ length: 12 }, () => leadOpenUpload(scene.deps.files, store, 40_000)),
    );
    const busy = new AbortController();
    const collecting = (async () => {
      const causes: unknown[] = [];
      while (!busy.signal.aborted) causes.push((await collect()).cause);
      return causes;
    })();
    await Promise.all(
      uploads.map(async (upload, index) => {
        await upload.sendPart();
        if (index % 3 === 0) await upload.sendPart();
        await upload.complete();
        expect((await scene.inspect(upload.file)).kind).toBe('decided');
      }),
    ).finally(() => {
      busy.abort();
    });
    expect((await collecting).filter((cause) => cause !== undefined)).toEqual([]);
    await collect();
    for (const { file, seed } of uploads) {
      const { state, vaultKey, sha256 } = await scene.find(file);
      expect([state, sha256]).toEqual(['CLEAN', hashOf([40_000, seed])]);
      expect((await readDigest(store, vault(vaultKey ?? ''))).sha256).toBe(sha256);
    }
    expect(await itemsOf(store, `${tenantId}/fragments`)).toHaveLength(1);
  });
});
