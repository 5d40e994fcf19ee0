import { mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createKnownObjects } from '../../../src/adapters/filesystem/known-objects.js';
import { PermanentError } from '../../../src/domain/errors.js';
import type { Clock } from '../../../src/ports/clock.js';
import type { OpenUpload } from '../../../src/ports/object-store.js';
import { bodyOf, digest, hashOf } from '../../support/test-bytes.js';

type Store = Awaited<ReturnType<typeof createFilesystemStore>>;

const KEY = 'tenant/file';
const REF = { area: 'ingest', key: KEY } as const;
let nowMs = 0;
const clock: Clock = { now: () => new Date(nowMs), sleep: () => Promise.resolve() };

let root = '';
/** Puts the object together, and knows it. */
let store: Store;
/** Another process. */
let other: Store;
beforeEach(async () => {
  nowMs = Date.now();
  root = await mkdtemp(path.join(tmpdir(), 'lazaret-known-'));
  store = await createFilesystemStore({ root, clock });
  other = await createFilesystemStore({ root, clock });
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function finish(by: Store, seed: string): Promise<OpenUpload> {
  const upload = await by.beginUpload(KEY);
  await by.finishUpload(upload, [await by.putPart(upload, 1, 100, bodyOf(100, seed))]);
  return upload;
}

const everything = (): Promise<string[]> => readdir(path.join(root, 'ingest'), { recursive: true });

it('finds nothing where another process has removed the object that is known', async () => {
  await finish(store, 'a');
  await other.remove(REF);
  expect(await store.lend(REF)).toBeUndefined();
  await store.remove(REF);
  expect(await everything()).toEqual([]);
});

it('reads and removes what another process has put in the place of the object that is known', async () => {
  await finish(store, 'a');
  await finish(other, 'b');
  const object = await store.read(REF);
  expect(object && (await digest(object.body)).sha256).toBe(hashOf([100, 'b']));
  await finish(store, 'c');
  await finish(other, 'd');
  await store.remove(REF);
  expect(await other.stat(REF)).toBeUndefined();
  expect(await everything()).toEqual([]);
});

it('removes the object that is known, and leaves alone an upload that is open under its key', async () => {
  const known = await finish(store, 'a');
  const open = await other.beginUpload(KEY);
  const part = await other.putPart(open, 1, 100, bodyOf(100, 'b'));
  await store.abortUpload(known);
  await store.remove(REF);
  expect(await other.stat(REF)).toBeUndefined();
  await other.finishUpload(open, [part]);
  expect(await other.stat(REF)).toBe(100);
});

it('reads a stretch of the object that is known', async () => {
  await finish(store, 'a');
  const whole = Buffer.concat((await bodyOf(100, 'a').toArray()) as Buffer[]);
  const object = await store.read(REF, { start: 7, end: 90 });
  expect(object?.sizeBytes).toBe(100);
  expect(object && (await buffer(object.body)).equals(whole.subarray(7, 91))).toBe(true);
  await expect(store.read(REF, { start: 0, end: 100 })).rejects.toBeInstanceOf(PermanentError);
});

it('finds out soon that a symbolic link has come in the way', async () => {
  await finish(store, 'a');
  const place = path.join(root, 'ingest', `${KEY}.object`);
  await rename(place, path.join(root, 'moved'));
  await symlink(path.join(root, 'moved'), place);
  nowMs += 10_001;
  await expect(store.lend(REF)).rejects.toBeInstanceOf(PermanentError);
  await expect(store.remove(REF)).rejects.toBeInstanceOf(PermanentError);
});

it('knows the latest few objects of few parts, for a while', () => {
  const known = createKnownObjects(clock);
  const manifest = (parts: number) => ({
    handle: '0'.repeat(32),
    parts: Array.from({ length: parts }, () => ({ file: `1-${'0'.repeat(32)}`, sizeBytes: 1 })),
  });
  const places = Array.from({ length: 1_000 }, (_, index) => `place-${String(index)}`);
  for (const place of places) known.note(place, manifest(1));
  const kept = places.filter((place) => known.find(place));
  expect(kept).toEqual(places.slice(-256));
  known.note('none', manifest(0));
  known.note('many', manifest(9));
  expect([known.find('none'), known.find('many')]).toEqual([undefined, undefined]);
  known.forget('place-999');
  expect(known.find('place-999')).toBeUndefined();
  expect(known.find('place-998')).toEqual(manifest(1));
  nowMs += 10_001;
  expect(known.find('place-998')).toBeUndefined();
});
