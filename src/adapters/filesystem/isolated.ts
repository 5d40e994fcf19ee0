import { link, lstat, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ByteRange, ObjectRef, OpenObject } from '../../ports/object-store.js';
import { DIRECTORY_MODE, ensureDirectory, isReal, pruneEmpty, syncDirectory } from './directories.js';
import type { Disk } from './disk.js';
import { createLayout, partFileName, type Layout } from './layout.js';
import { readManifest, writeManifest } from './manifest.js';
import { openObject } from './open-object.js';
import { uniqueId } from './scratch.js';
import { unless } from './store-error.js';

/** Rounds of renaming into a directory that others may prune at the same moment. */
const MAX_ROUNDS = 5;

/** The same disk, where what would be staged is isolated instead. */
export const isolatedDisk = (disk: Disk): Disk => ({
  ...disk,
  layout: createLayout(disk.layout.root, 'quarantine', disk.layout.landmark),
});

/**
 * Gives an object its place in the quarantine, by a rename or by a second name: no byte is copied. The place is taken in
 * one step by something complete, or not at all, so that two who do it at once never harm each other.
 */
export async function isolate(disk: Disk, from: ObjectRef, key: string): Promise<boolean> {
  const { layout } = isolatedDisk(disk);
  if (await readManifest(layout.manifest(key))) return true;
  const target = layout.keyDirectory(key);
  if (from.area === 'ingest') await moveStaged(disk, from.key, target);
  else await linkSealed(disk, from.key, target);
  // Asked again, because somebody else may have been faster.
  return (await readManifest(layout.manifest(key))) !== undefined;
}

async function moveStaged({ layout, known }: Disk, key: string, target: string): Promise<void> {
  const source = layout.keyDirectory(key);
  if (!(await isReal(source)) || !(await readManifest(layout.manifest(key)))) return;
  known.forget(source);
  await takePlace(layout, source, target);
  await unless(['ENOENT'], () => syncDirectory(path.dirname(source)));
  await pruneEmpty(path.dirname(source), layout.area);
}

/** The sealed copy may serve other files on, so it keeps its name too; what a name stands for never changes. */
async function linkSealed({ layout, scratch }: Disk, from: string, target: string): Promise<void> {
  const source = layout.vaultFile(from);
  if (!(await isReal(path.dirname(source)))) return;
  const directory = scratch.path();
  const [handle, part] = [uniqueId(), partFileName({ partNumber: 1, etag: uniqueId() })];
  const sealed = path.join(directory, `sealed-${handle}`);
  // One by one: the scratch directory itself is missing only where the disk is.
  for (const made of [directory, sealed]) await mkdir(made, { mode: DIRECTORY_MODE });
  const linked = await unless(['ENOENT'], async () => {
    await link(source, path.join(sealed, part));
    return true;
  });
  if (linked) {
    await syncDirectory(sealed);
    const { size: sizeBytes } = await lstat(path.join(sealed, part));
    const manifest = { handle, parts: [{ file: part, sizeBytes }] };
    await writeManifest(scratch, path.join(directory, 'manifest'), manifest);
    await takePlace(layout, directory, target);
  }
  await scratch.discard(directory);
}

/**
 * Renames a directory to a place that may be taken already, and makes that durable. Again where a removal prunes the
 * directory of the place meanwhile.
 */
async function takePlace({ area }: Layout, directory: string, target: string): Promise<void> {
  const parent = path.dirname(target);
  for (let round = 1; ; round += 1) {
    await ensureDirectory(area, parent);
    const isOver = await unless(round < MAX_ROUNDS ? ['ENOENT'] : [], async () => {
      await unless(['ENOTEMPTY', 'EEXIST'], () => rename(directory, target));
      await syncDirectory(parent);
      return true;
    });
    // Nothing to rename any more: somebody else was faster.
    if (isOver || !(await isReal(directory))) return;
  }
}

/** Opens isolated content. */
export const openIsolated = (
  disk: Disk,
  key: string,
  range: ByteRange | undefined,
): Promise<OpenObject | undefined> => openObject(isolatedDisk(disk), { area: 'ingest', key }, range);

/** Takes isolated content away, in one step for everybody who looks. */
export async function removeIsolated(disk: Disk, key: string): Promise<void> {
  const { layout, scratch } = isolatedDisk(disk);
  const directory = layout.keyDirectory(key);
  await scratch.discard(directory);
  await pruneEmpty(path.dirname(directory), layout.area);
}
