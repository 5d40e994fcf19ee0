import { link } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { LentChunks, OpenUpload, StoredPart } from '../../ports/object-store.js';
import { isReal, makeDirectory, removeFile, syncDirectories, syncDirectory } from './directories.js';
import type { Disk } from './disk.js';
import { findParts, finishUpload, noSuchUpload } from './finish-upload.js';
import { partFileName } from './layout.js';
import { abortUpload } from './remove-staged.js';
import { uniqueId } from './scratch.js';
import { errnoOf, guard, unless } from './store-error.js';
import { publish, writeScratch } from './write-durably.js';

/** Opens an upload: a directory that parts are renamed into. */
export async function beginUpload({ layout }: Disk, key: string): Promise<OpenUpload> {
  const upload = { key, handle: uniqueId() };
  // Its own directory and that of its key.
  await syncDirectories(await makeDirectory(layout.area, layout.openDirectory(upload), 2));
  return upload;
}

/** Throws `UploadGoneError` where nothing can become a part of it any more. */
export async function requireOpen({ layout }: Disk, upload: OpenUpload): Promise<void> {
  if (!(await guard(() => isReal(layout.openDirectory(upload))))) throw noSuchUpload(upload);
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
  const { scratch, room } = disk;
  await requireOpen(disk, upload);
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
      await removeFile(scratchFile);
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

/**
 * Removes one version of a part from an open upload; a finished one keeps what its manifest names.
 *
 * @returns whether it was there
 */
export const discardPart = ({ layout }: Disk, upload: OpenUpload, part: StoredPart): Promise<boolean> =>
  removeFile(path.join(layout.openDirectory(upload), partFileName(part)));
