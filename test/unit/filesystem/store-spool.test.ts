import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UploadGoneError } from '../../../src/domain/errors.js';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { OpenUpload } from '../../../src/ports/object-store.js';
import type { SpoolFile } from '../../../src/ports/spool.js';

const KEY = 'tenant/file';
let root = '';
let store: Awaited<ReturnType<typeof createFilesystemStore>>;
let file: SpoolFile;
let upload: OpenUpload;
beforeEach(async () => {
  root = path.join(await mkdtemp(path.join(tmpdir(), 'lazaret-spool-')), 'objects');
  store = await createFilesystemStore({ root, clock: createSystemClock() });
  file = await store.spool.open();
  upload = await store.beginUpload(KEY);
});
afterEach(async () => {
  await file.close();
  expect(await scratchNames()).toEqual([]);
  await rm(path.dirname(root), { recursive: true, force: true });
});

const scratchNames = (): Promise<string[]> => readdir(path.join(root, 'tmp'));
const inodesOf = async (directory: string): Promise<number[]> => {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(async (entry) => (await stat(path.join(entry.parentPath, entry.name))).ino));
};
const contentOf = async (key: string): Promise<string> => {
  const object = await store.read({ area: 'ingest', key });
  return object ? (await buffer(object.body)).toString() : 'nothing';
};

it('gives its bytes to the store as a part that is the very same file, and can be filled again', async () => {
  await file.append(Buffer.from('first '));
  await file.settle();
  const arrived = await inodesOf(path.join(root, 'tmp'));
  const first = await file.give?.asPart(upload, 1);
  expect(file.sizeBytes).toBe(0);
  expect(await inodesOf(path.join(root, 'ingest'))).toEqual(arrived);
  await file.append(Buffer.from('second'));
  const second = await file.give?.asPart(upload, 2);
  await store.finishUpload(
    upload,
    [first, second].flatMap((part) => part ?? []),
  );
  expect(await contentOf(KEY)).toBe('first second');
});

it('gives no more than was appended since it was cleared', async () => {
  await file.append(Buffer.from('something long that was stored otherwise'));
  await file.settle();
  file.clear();
  await file.append(Buffer.from('short'));
  const part = await file.give?.asPart(upload, 1);
  await store.finishUpload(upload, part ? [part] : []);
  expect(await contentOf(KEY)).toBe('short');
});

it('gives its bytes to the store as an object', async () => {
  await file.append(Buffer.alloc(3_000_000, 'x'));
  await file.give?.asObject('tenant/fragments/one');
  expect(await contentOf('tenant/fragments/one')).toBe('x'.repeat(3_000_000));
  expect(file.sizeBytes).toBe(0);
});

it('gives nothing to an upload that is over, and keeps no bytes of it', async () => {
  await store.abortUpload(upload);
  await file.append(Buffer.from('late'));
  await expect(file.give?.asPart(upload, 1)).rejects.toBeInstanceOf(UploadGoneError);
  expect(await scratchNames()).toEqual([]);
});

it('keeps its file to the user of the service', async () => {
  await file.append(Buffer.from('secret'));
  await file.settle();
  const [name = ''] = await scratchNames();
  expect((await stat(path.join(root, 'tmp', name))).mode & 0o777).toBe(0o600);
});
