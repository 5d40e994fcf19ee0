import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PermanentError } from '../../domain/errors.js';
import type { LentChunks } from '../../ports/object-store.js';
import { makeDirectory, removeFile, syncDirectories, syncDirectory } from './directories.js';
import { gatherBlocks } from './gather-blocks.js';
import { bytesOf, createNewFile, type NewFile } from './new-file.js';
import type { Scratch } from './scratch.js';
import { DEPENDENCY, guard, succeeds } from './store-error.js';
import { untilAborted } from './until-aborted.js';

/** Bytes that wait while the disk is busy; what waits goes out in one system call. */
const WRITE_BUFFER_BYTES = 1024 * 1024;
/** Smaller files are not worth the memory in which their chunks are gathered. */
const MIN_GATHERED_BYTES = 4 * 1024 * 1024;
/** Rounds of renaming into a directory that others may prune at the same moment. */
const MAX_ROUNDS = 5;

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
  signal?: AbortSignal,
): Promise<string> {
  try {
    return await fillScratch(scratch, async (target) => {
      const intake = createIntake(target, sizeBytes);
      if (body instanceof Readable) await pipeline(body, sinkInto(intake), signal ? { signal } : {});
      else await takeLent(signal ? untilAborted(body, signal) : body, intake);
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Like `writeScratch`, for a few bytes in memory. */
export const writeScratchBytes = (scratch: Scratch, bytes: Uint8Array): Promise<string> =>
  fillScratch(scratch, (target) => guard(() => target.write([bytes], 0)));

async function fillScratch(scratch: Scratch, fill: (target: NewFile) => Promise<void>): Promise<string> {
  const file = scratch.path();
  try {
    const target = await guard(() => createNewFile(file));
    try {
      await fill(target);
      await guard(target.sync);
    } finally {
      await target.close();
    }
    return file;
  } catch (error) {
    await removeFile(file);
    throw error;
  }
}

/** Gives a durable scratch file its name and makes the name durable. A failed rename removes the file. */
export async function publish(scratchFile: string, target: string): Promise<void> {
  try {
    await rename(scratchFile, target);
  } catch (error) {
    await removeFile(scratchFile);
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
      const again = round < MAX_ROUNDS ? ['ENOENT'] : [];
      if (await succeeds(again, () => rename(scratchFile, target))) break;
    }
  } catch (error) {
    await removeFile(scratchFile);
    throw error;
  }
  await syncDirectories([...changed]);
}

/** Takes a body of known size into a file. */
interface Intake {
  readonly take: (chunks: readonly Uint8Array[]) => Promise<void>;
  readonly end: () => Promise<void>;
}

function createIntake(target: NewFile, sizeBytes: number): Intake {
  const bytes = writeInOrder(target, sizeBytes);
  let received = 0;
  return {
    take: async (chunks) => {
      received += bytesOf(chunks);
      if (received > sizeBytes) throw wrongSize(sizeBytes);
      await guard(() => bytes.write(chunks));
    },
    end: async () => {
      if (received !== sizeBytes) throw wrongSize(sizeBytes);
      await guard(bytes.end);
    },
  };
}

/** What is lent is written before the next chunk is asked for. */
async function takeLent(body: LentChunks, { take, end }: Intake): Promise<void> {
  for await (const chunk of body) await take([chunk]);
  await end();
}

function sinkInto({ take, end }: Intake): Writable {
  const settle = (work: Promise<void>, done: (error?: Error) => void): void => {
    work.then(() => {
      done();
    }, done);
  };
  return new Writable({
    highWaterMark: WRITE_BUFFER_BYTES,
    write: (chunk: Uint8Array, _encoding, done) => {
      settle(take([chunk]), done);
    },
    writev: (entries, done) => {
      settle(take(entries.map((entry) => entry.chunk as Uint8Array)), done);
    },
    final: (done) => {
      settle(end(), done);
    },
  });
}

interface InOrder {
  readonly write: (chunks: readonly Uint8Array[]) => Promise<void>;
  readonly end: () => Promise<void>;
}

/** One chunk behind the other; those of large files in stretches that need not go through the page cache. */
function writeInOrder(target: NewFile, sizeBytes: number): InOrder {
  let position = 0;
  const write = async (chunks: readonly Uint8Array[]): Promise<void> => {
    await target.write(chunks, position);
    position += bytesOf(chunks);
  };
  if (sizeBytes < MIN_GATHERED_BYTES) return { write, end: () => Promise.resolve() };
  const blocks = gatherBlocks((bytes) => write([bytes]));
  return {
    write: async (chunks) => {
      for (const chunk of chunks) await blocks.add(chunk);
    },
    end: blocks.flush,
  };
}

const wrongSize = (sizeBytes: number): PermanentError =>
  new PermanentError(
    DEPENDENCY,
    `The body does not have the ${String(sizeBytes)} bytes that were announced.`,
  );
