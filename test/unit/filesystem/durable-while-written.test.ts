import { mkdtemp, open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { TransientError } from '../../../src/domain/errors.js';
import type { OpenUpload, StoredPart } from '../../../src/ports/object-store.js';

const MIB = 1024 * 1024;
const CHUNKS = 20;
type Store = Awaited<ReturnType<typeof createFilesystemStore>>;

const chunks = (): Buffer[] => Array.from({ length: CHUNKS }, (_, index) => Buffer.alloc(MIB, index + 1));

/** The ways in which a body becomes a part. */
const WAYS: Readonly<Record<string, (store: Store, upload: OpenUpload) => Promise<StoredPart | undefined>>> =
  {
    'sent to the store': (store, upload) => store.putPart(upload, 1, CHUNKS * MIB, Readable.from(chunks())),
    'given to the store': async (store, upload) => {
      const file = await store.spool.open();
      try {
        for (const chunk of chunks()) await file.append(chunk);
        return await file.give?.asPart(upload, 1);
      } finally {
        await file.close();
      }
    },
  };

let root = '';
let store: Store;
let files: FileHandle;
beforeEach(async () => {
  root = path.join(await mkdtemp(path.join(tmpdir(), 'lazaret-durable-')), 'objects');
  store = await createFilesystemStore({ root, clock: createSystemClock() });
  const handle = await open(root);
  await handle.close();
  files = Object.getPrototypeOf(handle) as FileHandle;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(path.dirname(root), { recursive: true, force: true });
});

const partsOf = async (upload: OpenUpload): Promise<string[]> =>
  (await readdir(path.join(root, 'ingest'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.parentPath.includes(upload.handle))
    .map(({ name }) => name);

/** As on a file system that knows no direct writes: the first one is tried. */
const refuseDirect = () =>
  vi.spyOn(files, 'writev').mockRejectedValueOnce(Object.assign(new Error('EINVAL'), { code: 'EINVAL' }));

it.each(Object.entries(WAYS))(
  'makes what is %s past the page cache durable at its end',
  async (_way, send) => {
    const upload = await store.beginUpload('tenant/file');
    const writes = vi.spyOn(files, 'writev');
    const syncs = vi.spyOn(files, 'datasync');
    await send(store, upload);
    const [[synced, ...others], written] = [syncs.mock.invocationCallOrder, writes.mock.invocationCallOrder];
    expect(synced).toBeGreaterThan(Math.max(...written));
    expect(others).toEqual([]);
  },
);

it.each(Object.entries(WAYS))(
  'makes what is %s through the page cache durable while it comes, and all of it',
  async (_way, send) => {
    const upload = await store.beginUpload('tenant/file');
    const writes = refuseDirect();
    const syncs = vi.spyOn(files, 'datasync');
    await send(store, upload);
    const [written, synced] = [writes.mock.invocationCallOrder, syncs.mock.invocationCallOrder];
    expect(Math.min(...synced)).toBeLessThan(Math.max(...written));
    expect(Math.max(...synced)).toBeGreaterThan(Math.max(...written));
  },
);

it.each(Object.entries(WAYS))(
  'takes nothing of what is %s for durable of which the disk has lost a stretch early',
  async (_way, send) => {
    const upload = await store.beginUpload('tenant/file');
    refuseDirect();
    const lost = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    // Told once: the call at the end would succeed.
    const syncs = vi.spyOn(files, 'datasync').mockRejectedValueOnce(lost);
    await expect(send(store, upload)).rejects.toBeInstanceOf(TransientError);
    expect(syncs).toHaveBeenCalledOnce();
    expect(await partsOf(upload)).toEqual([]);
    expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
    expect((await send(store, upload))?.partNumber).toBe(1);
    expect(await partsOf(upload)).toHaveLength(1);
  },
);
