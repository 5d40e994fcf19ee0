import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PermanentError } from '../../domain/errors.js';
import type { LentChunks } from '../../ports/object-store.js';
import { makeDirectory, syncDirectories, syncDirectory } from './directories.js';
import { createDirectWriter, openDirect } from './direct-writer.js';
import { createCachedWriter, type FileWriter } from './file-writer.js';
import type { Scratch } from './scratch.js';
import { DEPENDENCY, guard, unless } from './store-error.js';

/** Bytes that wait while the disk is busy; what waits goes out in one system call. */
const WRITE_BUFFER_BYTES = 1024 * 1024;
const FILE_MODE = 0o600;
/** Smaller files are not worth a second descriptor. */
const MIN_DIRECT_BYTES = 4 * 1024 * 1024;
/** Rounds of renaming into a directory that others may prune at the same moment. */
const MAX_ROUNDS = 5;

/** How a scratch file is written. */
export interface ScratchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether it is worth a place in the page cache. @default true */
  readonly isReadSoon?: boolean;
}

/**
 * Streams a body into a fresh scratch file and makes it durable there.
 *
 * @returns path of the file; the caller renames or removes it
 * @throws what the body failed with, `PermanentError` when it has another size, or an error of the disk.
 *   Nothing is left behind then.
 */
export async function writeScratch(
  scratch: Scratch,
  sizeBytes: number,
  body: Readable | LentChunks,
  { signal, isReadSoon = true }: ScratchOptions = {},
): Promise<string> {
  const file = scratch.path();
  try {
    const handle = await guard(() => open(file, 'wx', FILE_MODE));
    try {
      const writer = await guard(() => openWriter(handle, file, isReadSoon || sizeBytes < MIN_DIRECT_BYTES));
      try {
        // What is lent is written before the next chunk is asked for.
        const waitingBytes = body instanceof Readable ? WRITE_BUFFER_BYTES : 1;
        await pipeline(body, createSink(writer, sizeBytes, waitingBytes), signal ? { signal } : {});
        await guard(writer.finish);
      } finally {
        await writer.settle();
      }
    } finally {
      await handle.close();
    }
    return file;
  } catch (error) {
    await rm(file, { force: true });
    signal?.throwIfAborted();
    throw error;
  }
}

/** Gives a durable scratch file its name and makes the name durable. A failed rename removes the file. */
export async function publish(scratchFile: string, target: string): Promise<void> {
  try {
    await rename(scratchFile, target);
  } catch (error) {
    await rm(scratchFile, { force: true });
    throw error;
  }
  await syncDirectory(path.dirname(target));
}

/** Like `publish`, and makes the directory of the target, again where another removal prunes it meanwhile. */
export async function publishBelow(root: string, scratchFile: string, target: string): Promise<void> {
  const directory = path.dirname(target);
  const changed = new Set([directory]);
  try {
    for (let round = 1; ; round += 1) {
      for (const parent of await makeDirectory(root, directory)) changed.add(parent);
      const isThere = await unless(round < MAX_ROUNDS ? ['ENOENT'] : [], async () => {
        await rename(scratchFile, target);
        return true;
      });
      if (isThere) break;
    }
  } catch (error) {
    await rm(scratchFile, { force: true });
    throw error;
  }
  await syncDirectories([...changed]);
}

async function openWriter(handle: FileHandle, file: string, isCached: boolean): Promise<FileWriter> {
  const direct = isCached ? undefined : await openDirect(file);
  return direct ? createDirectWriter(handle, direct) : createCachedWriter(handle);
}

function createSink(writer: FileWriter, sizeBytes: number, waitingBytes: number): Writable {
  let received = 0;
  const take = async (chunks: Uint8Array[]): Promise<void> => {
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    received += bytes;
    if (received > sizeBytes) throw wrongSize(sizeBytes);
    await guard(() => writer.write(chunks));
  };
  const settle = (work: Promise<void>, done: (error?: Error) => void): void => {
    work.then(() => {
      done();
    }, done);
  };
  return new Writable({
    highWaterMark: waitingBytes,
    write: (chunk: Uint8Array, _encoding, done) => {
      settle(take([chunk]), done);
    },
    writev: (entries, done) => {
      settle(take(entries.map((entry) => entry.chunk as Uint8Array)), done);
    },
    final: (done) => {
      done(received === sizeBytes ? null : wrongSize(sizeBytes));
    },
  });
}

const wrongSize = (sizeBytes: number): PermanentError =>
  new PermanentError(
    DEPENDENCY,
    `The body does not have the ${String(sizeBytes)} bytes that were announced.`,
  );
