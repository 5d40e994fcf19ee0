import { lstat, rename } from 'node:fs/promises';
import path from 'node:path';
import { UploadGoneError } from '../../domain/errors.js';
import type { OpenUpload, StoredPart } from '../../ports/object-store.js';
import { isReal, listNames, removeFile } from './directories.js';
import type { Disk } from './disk.js';
import { partFileName, type Layout } from './layout.js';
import { namesOf, readManifest, writeManifest, type Manifest } from './manifest.js';
import { DEPENDENCY, succeeds, unless } from './store-error.js';

/**
 * Seals an upload by renaming its directory, from when on no part can enter it, then points the manifest at
 * it. Each step can be repeated after a crash.
 */
export async function finishUpload(
  disk: Disk,
  upload: OpenUpload,
  parts: readonly StoredPart[],
): Promise<void> {
  const { layout, scratch, known } = disk;
  const before = await readManifest(layout.manifest(upload.key));
  if (before?.handle === upload.handle) return removeOthers(layout.sealedDirectory(upload), before);
  const manifest = await seal(disk, upload, parts);
  await removeOthers(layout.sealedDirectory(upload), manifest);
  if (before) await scratch.discard(layout.sealedDirectory({ key: upload.key, handle: before.handle }));
  known.note(layout.keyDirectory(upload.key), manifest);
}

async function seal(
  { layout, scratch }: Disk,
  upload: OpenUpload,
  parts: readonly StoredPart[],
): Promise<Manifest> {
  const sealed = layout.sealedDirectory(upload);
  const manifest = await describeParts(layout, upload, parts.map(partFileName));
  const isRenamed = await succeeds(['ENOENT'], () => rename(layout.openDirectory(upload), sealed));
  // Absent under both names: it was aborted since it was found.
  if (!isRenamed && !(await isReal(sealed))) throw noSuchUpload(upload);
  await writeManifest(scratch, layout.manifest(upload.key), manifest);
  return manifest;
}

/** The directory of the parts of an upload, whether it is sealed or not. Throws `UploadGoneError`. */
export async function findParts(layout: Layout, upload: OpenUpload): Promise<string> {
  for (const directory of [layout.openDirectory(upload), layout.sealedDirectory(upload)]) {
    if (await isReal(directory)) return directory;
  }
  throw noSuchUpload(upload);
}

/** Somebody else may seal the upload meanwhile, which moves its parts once: then they are found there. */
async function describeParts(
  layout: Layout,
  upload: OpenUpload,
  names: readonly string[],
): Promise<Manifest> {
  const directory = await findParts(layout, upload);
  try {
    return await describe(directory, upload, names);
  } catch (error) {
    const moved = await findParts(layout, upload);
    if (moved === directory) throw error;
    return describe(moved, upload, names);
  }
}

async function describe(directory: string, upload: OpenUpload, names: readonly string[]): Promise<Manifest> {
  const parts: Manifest['parts'] = [];
  for (const file of names) {
    const stats = await unless(['ENOENT'], () => lstat(path.join(directory, file)));
    if (!stats?.isFile()) throw noSuchUpload(upload);
    parts.push({ file, sizeBytes: stats.size });
  }
  return { handle: upload.handle, parts };
}

async function removeOthers(directory: string, manifest: Manifest): Promise<void> {
  const wanted = new Set(namesOf(manifest));
  for (const name of await listNames(directory)) {
    if (!wanted.has(name)) await removeFile(path.join(directory, name));
  }
}

/** What it means that an upload is not there. */
export const noSuchUpload = ({ key }: OpenUpload): UploadGoneError =>
  new UploadGoneError(DEPENDENCY, key, 'There is no such upload, or it has not these parts.');
