import { lstat, opendir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Stats } from 'node:fs';
import type { ListOptions, StoredItem } from '../../ports/store-inventory.js';
import { isReal, listNames, pruneEmpty, removeFile } from './directories.js';
import type { Disk } from './disk.js';
import { isolatedDisk } from './isolated.js';
import { readManifest } from './manifest.js';
import { abortUpload, removeStaged } from './remove-staged.js';
import { guard, unless } from './store-error.js';

const SEALED_SUFFIX = '.bytes';
const STAGED_SUFFIX = '.object';
const UPLOAD = /^(open|sealed)-([0-9a-f]{32})$/;

/** Shows everything below the root that nobody has touched since. */
export async function* listDisk(disk: Disk, options: ListOptions): AsyncGenerator<StoredItem> {
  const { root } = disk.layout;
  for await (const file of walk(path.join(root, 'vault'), options.signal)) {
    if (file.name.endsWith(SEALED_SUFFIX)) yield* sealedCopy(disk, file.path, options);
  }
  for (const [area, place] of [
    ['ingest', disk],
    ['quarantine', isolatedDisk(disk)],
  ] as const) {
    for await (const directory of walk(place.layout.area, options.signal)) {
      if (directory.name.endsWith(STAGED_SUFFIX)) yield* staged(place, area, directory.path, options);
    }
  }
  for (const file of await guard(() => disk.scratch.leftovers())) {
    yield item({ kind: 'scratch', bytes: () => sizeOf(file), remove: () => rm(file, FORCED) });
  }
}

const FORCED = { recursive: true, force: true } as const;

interface Found {
  readonly name: string;
  readonly path: string;
}

/** Files and staged directories below a directory, in any order but one directory after the other. */
async function* walk(directory: string, signal: AbortSignal | undefined): AsyncGenerator<Found> {
  const entries = await guard(() => unless(['ENOENT'], () => opendir(directory)));
  if (!entries) return;
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const found = { name: entry.name, path: path.join(directory, entry.name) };
    // A symbolic link is neither, and so is never followed.
    if (entry.isDirectory() && !entry.name.endsWith(STAGED_SUFFIX)) yield* walk(found.path, signal);
    else if (entry.isDirectory() || entry.isFile()) yield found;
  }
}

async function* sealedCopy(disk: Disk, file: string, options: ListOptions): AsyncGenerator<StoredItem> {
  const vault = path.join(disk.layout.root, 'vault');
  const stats = await find(file);
  if (!isOld(stats, options)) return;
  const remove = async (): Promise<void> => {
    await removeFile(file);
    await pruneEmpty(path.dirname(file), vault);
  };
  const key = path.relative(vault, file).slice(0, -SEALED_SUFFIX.length);
  yield item({ kind: 'object', area: 'vault', key, bytes: () => Promise.resolve(stats.size), remove });
}

/** One key of an area of manifests: an object, uploads that are open or were given up halfway, or nothing at all. */
async function* staged(
  disk: Disk,
  area: 'ingest' | 'quarantine',
  directory: string,
  options: ListOptions,
): AsyncGenerator<StoredItem> {
  const { layout, scratch } = disk;
  const key = path.relative(layout.area, directory).slice(0, -STAGED_SUFFIX.length);
  const about = { area, key };
  const before = await find(directory);
  const names = await guard(() => listNames(directory));
  if (names.length === 0 && isOld(before, options)) {
    const remove = async (): Promise<void> => {
      await pruneEmpty(directory, layout.area);
    };
    yield item({ kind: 'scratch', remove });
  }
  const manifest = await guard(() => readManifest(layout.manifest(key)));
  if (manifest && isOld(await find(layout.manifest(key)), options)) {
    const bytes = manifest.parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const remove = async (): Promise<void> => {
      await removeStaged(disk, key);
    };
    yield item({ ...about, kind: 'object', bytes: () => Promise.resolve(bytes), remove });
  }
  for (const name of names) {
    const [, step, handle = ''] = UPLOAD.exec(name) ?? [];
    const place = path.join(directory, name);
    if (step === undefined || (step === 'sealed' && manifest?.handle === handle)) continue;
    if (!isOld(await find(place), options)) continue;
    const remove = async (): Promise<void> => {
      // Finished since: its parts are an object now, which is another item.
      if (step === 'sealed' && (await readManifest(layout.manifest(key)))?.handle === handle) return;
      if (step === 'sealed') await scratch.discard(place);
      await abortUpload(disk, { key, handle });
    };
    yield item({ ...about, kind: 'upload', handle, bytes: () => sizeOf(place), remove });
  }
}

interface Description {
  readonly kind: StoredItem['kind'];
  readonly area?: StoredItem['area'];
  readonly key?: string;
  readonly handle?: string;
  readonly bytes?: () => Promise<number>;
  readonly remove: () => Promise<void>;
}

const item = ({ kind, area = null, key = '', handle, bytes, remove }: Description): StoredItem => ({
  kind,
  area,
  key,
  isNamedBy: (other) => handle !== undefined && handle === other,
  sizeBytes: () => (bytes ? guard(bytes) : Promise.resolve(0)),
  remove: () => guard(remove),
});

const find = (file: string): Promise<Stats | undefined> => guard(() => unless(['ENOENT'], () => lstat(file)));

/** A directory changes when something enters or leaves it, so an upload is as old as its latest part. */
const isOld = (stats: Stats | undefined, { unchangedSince }: ListOptions): stats is Stats =>
  stats !== undefined && stats.mtimeMs <= unchangedSince.getTime();

/** Of a file, or of the files directly in a directory. */
async function sizeOf(place: string): Promise<number> {
  if (!(await isReal(place))) return (await find(place))?.size ?? 0;
  let bytes = 0;
  for (const name of await listNames(place)) bytes += (await find(path.join(place, name)))?.size ?? 0;
  return bytes;
}
