import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { systemCalls } from '../../../src/adapters/filesystem/system-calls.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { bodyOf } from '../../support/test-bytes.js';

let root = '';
let store: Awaited<ReturnType<typeof createFilesystemStore>>;
/** Directories that were synced, in the order of the calls. */
let synced: string[] = [];
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'lazaret-names-')));
  store = await createFilesystemStore({ root, clock: createSystemClock() });
  const { open, fsync } = systemCalls;
  const names = new Map<number, string>();
  vi.spyOn(systemCalls, 'open').mockImplementation(async (file, flags, mode) => {
    const descriptor = await open(file, flags, mode);
    names.set(descriptor, path.relative(root, String(file)));
    return descriptor;
  });
  vi.spyOn(systemCalls, 'fsync').mockImplementation(async (descriptor) => {
    await fsync(descriptor);
    synced.push(names.get(descriptor) ?? 'unknown');
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true });
});

async function syncedBy<T>(work: () => Promise<T>): Promise<readonly [T, string[]]> {
  synced = [];
  const answer = await work();
  return [answer, synced.sort()];
}

it('makes durable just the directories that have got a name, before it says that anything is stored', async () => {
  const [upload, begun] = await syncedBy(() => store.beginUpload('t/f'));
  expect(begun).toEqual(['ingest', 'ingest/t', 'ingest/t/f.object']);
  const [, another] = await syncedBy(() => store.beginUpload('t/g'));
  expect(another).toEqual(['ingest/t', 'ingest/t/g.object']);
  const open = `ingest/t/f.object/open-${upload.handle}`;
  const [part, put] = await syncedBy(() => store.putPart(upload, 1, 10, bodyOf(10, 'a')));
  expect(put).toEqual([open]);
  const file = await store.spool.open();
  await file.append(Buffer.from('bytes'));
  const [, given] = await syncedBy(async () => file.give?.asPart(upload, 2));
  await file.close();
  expect(given).toEqual([open]);
  const [, finished] = await syncedBy(() => store.finishUpload(upload, [part]));
  expect(finished).toEqual(['ingest/t/f.object']);
  const seal = (key: string) => store.write({ area: 'vault', key }, 10, bodyOf(10, 'a'));
  expect((await syncedBy(() => seal('t/f/1')))[1]).toEqual(['vault', 'vault/t', 'vault/t/f']);
  expect((await syncedBy(() => seal('t/g/1')))[1]).toEqual(['vault/t', 'vault/t/g']);
});
