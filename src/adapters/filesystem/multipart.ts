import { link, lstat, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { UploadGoneError } from '../../domain/errors.js';
import type { LentChunks, OpenUpload, StoredPart } from '../../ports/object-store.js';
import { ensureDirectory, isReal, listNames, pruneEmpty, syncDirectory } from './directories.js';
import { partFileName, type Layout } from './layout.js';
import { readManifest, writeManifest, type Manifest } from './manifest.js';
import type { Room } from './room.js';
import { uniqueId, type Scratch } from './scratch.js';
import { DEPENDENCY, errnoOf, guard, unless } from './store-error.js';
import { publish, writeScratch } from './write-durably.js';

/** What the operations of the store work on. */
export interface Disk {
  readonly layout: Layout;
  readonly scratch: Scratch;
  readonly room: Room;
}

/** Opens an upload: a directory that parts are renamed into. */
export async function beginUpload({ layout }: Disk, key: string): Promise<OpenUpload> {
  const upload = { key, handle: uniqueId() };
  await ensureDirectory(layout.area, layout.openDirectory(upload));
  return upload;
}

/** Streams a part in; it exists from the moment its file has its name. */
export async function putPart(
  disk: Disk,
  upload: OpenUpload,
  partNumber: number,
  sizeBytes: number,
  body: Readable | LentChunks,
  signal?: AbortSignal,
): Promise<StoredPart> {
  const { layout, scratch, room } = disk;
  if (!(await guard(() => isReal(layout.openDirectory(upload))))) throw noSuchUpload(upload);
  await guard(room.require);
  const file = await writeScratch(scratch, sizeBytes, body, signal);
  return publishPart(disk, upload, partNumber, file);
}

/** Makes a durable scratch file a part. Where it cannot become one it is removed. */
export async function publishPart(
  { layout }: Disk,
  upload: OpenUpload,
  partNumber: number,
  scratchFile: string,
): Promise<StoredPart> {
  const part = { partNumber, etag: uniqueId() };
  const directory = layout.openDirectory(upload);
  await guard(async () => {
    try {
      if (!(await isReal(directory))) throw noSuchUpload(upload);
      await publish(scratchFile, path.join(directory, partFileName(part)));
    } catch (error) {
      await rm(scratchFile, { force: true });
      throw errnoOf(error) === 'ENOENT' && !(await isReal(directory)) ? noSuchUpload(upload) : error;
    }
  });
  return part;
}

/** Makes one part an object. Objects of the ingest area are always manifests, so that one rename replaces whichever kind was there. */
export async function stageObject(
  disk: Disk,
  key: string,
  putOnly: (upload: OpenUpload) => Promise<StoredPart>,
): Promise<void> {
  const upload = await guard(() => beginUpload(disk, key));
  try {
    const part = await putOnly(upload);
    await guard(() => finishUpload(disk, upload, [part]));
  } catch (error) {
    await guard(() => abortUpload(disk, upload));
    throw error;
  }
}

/** Gives parts of other uploads a second name: the bytes are there until the last name is gone. */
export async function adoptParts(
  { layout }: Disk,
  upload: OpenUpload,
  sources: readonly { readonly upload: OpenUpload; readonly part: StoredPart }[],
): Promise<readonly StoredPart[]> {
  const directory = layout.openDirectory(upload);
  if (!(await isReal(directory))) throw noSuchUpload(upload);
  const adopted: StoredPart[] = [];
  for (const [index, source] of sources.entries()) {
    const part = { partNumber: index + 1, etag: source.part.etag };
    const from = path.join(await findParts(layout, source.upload), partFileName(source.part));
    const to = path.join(directory, partFileName(part));
    await unless(['EEXIST'], () => link(from, to)).catch(async (error: unknown) => {
      throw errnoOf(error) === 'ENOENT' && (await isReal(directory)) ? noSuchUpload(source.upload) : error;
    });
    adopted.push(part);
  }
  await syncDirectory(directory);
  return adopted;
}

/** Removes one version of a part from an open upload; a finished one keeps what its manifest names. */
export async function discardPart({ layout }: Disk, upload: OpenUpload, part: StoredPart): Promise<void> {
  await rm(path.join(layout.openDirectory(upload), partFileName(part)), { force: true });
}

/**
 * Seals an upload by renaming its directory, from when on no part can enter it, then points the manifest at
 * it. Each step can be repeated after a crash.
 */
export async function finishUpload(
  disk: Disk,
  upload: OpenUpload,
  parts: readonly StoredPart[],
): Promise<void> {
  const { layout, scratch } = disk;
  const before = await readManifest(layout.manifest(upload.key));
  const isFinished = before?.handle === upload.handle;
  const manifest = isFinished ? before : await seal(disk, upload, parts);
  await removeOthers(layout.sealedDirectory(upload), manifest);
  if (before && !isFinished) {
    await scratch.discard(layout.sealedDirectory({ key: upload.key, handle: before.handle }));
  }
}

async function seal(
  { layout, scratch }: Disk,
  upload: OpenUpload,
  parts: readonly StoredPart[],
): Promise<Manifest> {
  const sealed = layout.sealedDirectory(upload);
  const manifest = await describeParts(layout, upload, parts.map(partFileName));
  await unless(['ENOENT'], () => rename(layout.openDirectory(upload), sealed));
  // Absent under both names: it was aborted since it was found.
  if (!(await isReal(sealed))) throw noSuchUpload(upload);
  await writeManifest(scratch, layout.manifest(upload.key), manifest);
  return manifest;
}

/** Removes an open upload. One that is finished, or gone, stays as it is. */
export async function abortUpload({ layout, scratch }: Disk, upload: OpenUpload): Promise<void> {
  const directory = layout.openDirectory(upload);
  if (await isReal(directory)) await scratch.discard(directory);
  await pruneEmpty(layout.keyDirectory(upload.key), layout.area);
}

/** Removes the object of a key; uploads that are open under the same key stay. */
export async function removeStaged({ layout, scratch }: Disk, key: string): Promise<void> {
  const directory = layout.keyDirectory(key);
  if (!(await isReal(directory))) return;
  await rm(layout.manifest(key), { force: true });
  for (const name of await listNames(directory)) {
    if (name.startsWith('sealed-')) await scratch.discard(path.join(directory, name));
  }
  await pruneEmpty(directory, layout.area);
}

async function findParts(layout: Layout, upload: OpenUpload): Promise<string> {
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
  const wanted = new Set(manifest.parts.map(({ file }) => file));
  for (const name of await listNames(directory)) {
    if (!wanted.has(name)) await rm(path.join(directory, name), { force: true });
  }
}

const noSuchUpload = ({ key }: OpenUpload): UploadGoneError =>
  new UploadGoneError(DEPENDENCY, key, 'There is no such upload, or it has not these parts.');
