import { chmod, mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Clock } from '../../ports/clock.js';
import type { LentChunks, ObjectRef, ObjectStore, OpenObject } from '../../ports/object-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import type { SpoolingStore } from '../../ports/spool.js';
import type { StoreIdentity } from '../../ports/store-identity.js';
import type { StoreInventory } from '../../ports/store-inventory.js';
import { consume } from '../common/consume.js';
import { DIRECTORY_MODE, ensureDirectory, isReal, pruneEmpty, removeFile } from './directories.js';
import type { Disk } from './disk.js';
import { finishUpload } from './finish-upload.js';
import { tellIdentity } from './identity.js';
import { listDisk } from './inventory.js';
import { isolate, openIsolated, removeIsolated } from './isolated.js';
import { createKnownObjects } from './known-objects.js';
import { createLayout, type Layout } from './layout.js';
import { adoptParts, beginUpload, discardPart, putPart, stageObject } from './multipart.js';
import { lendObject, openObject, statObject } from './open-object.js';
import { abortUpload, removeStaged } from './remove-staged.js';
import { createRoom } from './room.js';
import { requireThere, seekWhileThere, whileThere } from './presence.js';
import { openScratch } from './scratch.js';
import { guard } from './store-error.js';
import { createStoreSpool } from './store-spool.js';
import { tellRoom } from './tell-room.js';
import { publishBelow, writeScratch, writeScratchBytes } from './write-durably.js';

/** What arrives stays in the store: the floor of free space is what bounds it, and the connections of the server. */
const SPOOL_LIMITS = { maxBytes: Infinity, maxFiles: 32_768 };

/** Where the store lives. */
export interface FilesystemStoreOptions {
  /** Absolute path of its one directory, made with mode 0700; nothing outside of it is touched. */
  readonly root: string;
  readonly clock: Clock;
  /** Below this the disk takes no new bytes of clients; what is there can still be sealed. @default 0 */
  readonly minFreeBytes?: number;
}

/** A disk takes any; each part is a file, and costs a transaction. */
const MIN_PART_BYTES = 1024 * 1024;

/**
 * Keeps objects in one directory of a local file system, or of one that several processes share and that
 * renames atomically. Opening it removes what dead processes left half-written.
 *
 * @throws TransientError, PermanentError when the directory cannot be used
 */
export async function createFilesystemStore(
  options: FilesystemStoreOptions,
): Promise<ObjectStore & QuarantineArea & StoreInventory & StoreIdentity & Required<SpoolingStore>> {
  const disk = await guard(() => openDisk(options));
  const { layout, scratch } = disk;
  const run = callBy(layout, whileThere);
  /** For what may find nothing. */
  const seek = callBy(layout, seekWhileThere);
  const open = async (
    signal: AbortSignal | undefined,
    work: () => Promise<OpenObject | undefined>,
  ): Promise<OpenObject | undefined> => {
    const object = await seek(signal, work);
    if (object && signal) addAbortSignal(signal, object.body);
    return object;
  };
  return {
    minPartBytes: MIN_PART_BYTES,
    beginUpload: (key, signal) => run(signal, () => beginUpload(disk, key)),
    adoptParts: (upload, sources) => run(undefined, () => adoptParts(disk, upload, sources)),
    finishUpload: (upload, parts, signal) => run(signal, () => finishUpload(disk, upload, parts)),
    ...takeBytes(disk),
    ...removeBytes(disk),
    read: (ref, range, signal) => open(signal, () => openObject(disk, ref, range)),
    lend: (ref, signal) => open(signal, () => lendObject(disk, ref)),
    stat: (ref, signal) => seek(signal, () => statObject(layout, ref)),
    isolate: (from, key, signal) => seek(signal, () => isolate(disk, from, key)),
    readIsolated: (key, range, signal) => open(signal, () => openIsolated(disk, key, range)),
    removeIsolated: (key, signal) => seek(signal, () => removeIsolated(disk, key)),
    spool: createStoreSpool(disk, SPOOL_LIMITS),
    list: (selection) => listDisk(disk, selection),
    ...tellRoom(disk),
    ...tellIdentity(disk),
    check: (signal) =>
      run(signal, async () => {
        await requireThere(layout);
        await removeFile(await writeScratchBytes(scratch, Buffer.alloc(0)));
      }),
  };
}

const callBy =
  (layout: Layout, ask: typeof whileThere) =>
  async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    return guard(() => ask(layout, work));
  };

/** Whether there was anything to remove concerns nobody else. */
function removeBytes(disk: Disk): Required<Pick<ObjectStore, 'discardPart' | 'abortUpload' | 'remove'>> {
  const seek = callBy(disk.layout, seekWhileThere);
  const end = async (signal: AbortSignal | undefined, work: () => Promise<boolean>): Promise<void> => {
    await seek(signal, work);
  };
  return {
    discardPart: (upload, part) => end(undefined, () => discardPart(disk, upload, part)),
    abortUpload: (upload, signal) => end(signal, () => abortUpload(disk, upload)),
    remove: (ref, signal) => end(signal, () => removeObject(disk, ref)),
  };
}

/** A body that fails says so itself, unless the disk is the reason. */
const takeBytes = (disk: Disk): Pick<ObjectStore, 'putPart' | 'write'> => ({
  putPart: (upload, partNumber, sizeBytes, body, signal) =>
    consume(body, () =>
      whileThere(disk.layout, () => putPart(disk, upload, partNumber, sizeBytes, body, signal)),
    ),
  write: (ref, sizeBytes, body, signal) =>
    consume(body, () => whileThere(disk.layout, () => writeObject(disk, ref, sizeBytes, body, signal))),
});

async function openDisk({ root, clock, minFreeBytes = 0 }: FilesystemStoreOptions): Promise<Disk> {
  await mkdir(root, { recursive: true, mode: DIRECTORY_MODE });
  const layout = createLayout(await realpath(root));
  await chmod(layout.root, DIRECTORY_MODE);
  for (const area of layout.areas) await ensureDirectory(layout.root, area);
  const scratch = await openScratch(layout.scratch, clock);
  await scratch.sweep();
  return {
    layout,
    scratch,
    room: createRoom(layout.root, minFreeBytes, clock),
    known: createKnownObjects(clock),
  };
}

async function writeObject(
  disk: Disk,
  ref: ObjectRef,
  sizeBytes: number,
  body: Readable | LentChunks,
  signal?: AbortSignal,
): Promise<void> {
  if (ref.area === 'ingest') {
    return stageObject(disk, ref.key, (upload) => putPart(disk, upload, 1, sizeBytes, body, signal));
  }
  const { layout, scratch } = disk;
  const target = layout.vaultFile(ref.key);
  const file = await writeScratch(scratch, sizeBytes, body, signal);
  await guard(() => publishBelow(layout.vault, file, target));
}

/** @returns whether there was one */
async function removeObject(disk: Disk, ref: ObjectRef): Promise<boolean> {
  if (ref.area === 'ingest') return removeStaged(disk, ref.key);
  const file = disk.layout.vaultFile(ref.key);
  if (!(await isReal(path.dirname(file)))) return false;
  const wasThere = await removeFile(file);
  await pruneEmpty(path.dirname(file), disk.layout.vault);
  return wasThere;
}
