import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { copyIntoShared } from '../common/copy-into-shared.js';
import { ALIGNMENT_BYTES, allocateAligned, isAligned } from './aligned-memory.js';
import { createCachedWriter, type FileWriter } from './file-writer.js';
import { unless } from './store-error.js';

/** Bytes of one write where chunks have to be gathered. */
const GATHER_BYTES = 1024 * 1024;
/** What a file system says that has no direct writes, or wants them aligned to more than a page. */
const NOT_DIRECT = ['EINVAL', 'EOPNOTSUPP'];

/** A second opening of a file, past the page cache; `undefined` where the file system has no such thing. */
export const openDirect = (file: string): Promise<FileHandle | undefined> =>
  unless(NOT_DIRECT, () => open(file, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_DIRECT));

/**
 * Writes past the page cache, for what nobody reads soon: the system then neither looks for memory nor copies into it,
 * which is most of what a large copy costs. Aligned chunks go to the disk from where they lie, others are gathered
 * first. The end of the file, and what the file system refuses, goes through the page cache.
 *
 * @param handle - of the new and empty file; remains the caller's
 * @param direct - of the same file; the writer closes it
 */
export function createDirectWriter(
  handle: FileHandle,
  direct: Pick<FileHandle, 'write' | 'close'>,
): FileWriter {
  const cached = createCachedWriter(handle);
  const blocks = gatherBlocks(placeBlocks(direct, cached));
  return {
    write: async (chunks) => {
      for (const chunk of chunks) await blocks.add(chunk);
    },
    finish: async () => {
      await blocks.flush();
      await cached.finish();
    },
    settle: async () => {
      await cached.settle();
      await direct.close();
    },
  };
}

/** Takes the stretches of a file in order; all but the last have whole blocks. */
type Put = (bytes: Uint8Array) => Promise<void>;

const wholeBlocks = (bytes: Uint8Array): number => bytes.byteLength - (bytes.byteLength % ALIGNMENT_BYTES);

function gatherBlocks(put: Put): { add: Put; flush: () => Promise<void> } {
  let memory: Buffer | undefined;
  let length = 0;
  const flush = async (): Promise<void> => {
    const bytes = memory?.subarray(0, length);
    length = 0;
    if (bytes && bytes.byteLength > 0) await put(bytes);
  };
  const copy = async (chunk: Uint8Array): Promise<void> => {
    for (let rest = chunk; rest.byteLength > 0;) {
      memory ??= allocateAligned(GATHER_BYTES);
      const fitting = rest.subarray(0, GATHER_BYTES - length);
      copyIntoShared(memory, fitting, length);
      length += fitting.byteLength;
      if (length === GATHER_BYTES) await flush();
      rest = rest.subarray(fitting.byteLength);
    }
  };
  return {
    flush,
    add: async (chunk) => {
      const wholeBytes = length === 0 && isAligned(chunk) ? wholeBlocks(chunk) : 0;
      if (wholeBytes > 0) await put(chunk.subarray(0, wholeBytes));
      await copy(chunk.subarray(wholeBytes));
    },
  };
}

function placeBlocks(direct: Pick<FileHandle, 'write'>, cached: FileWriter): Put {
  let isRefused = false;
  let position = 0;
  return async (bytes) => {
    let writtenBytes = 0;
    if (!isRefused && wholeBlocks(bytes) === bytes.byteLength && isAligned(bytes)) {
      const answer = await unless(NOT_DIRECT, () => direct.write(bytes, 0, bytes.byteLength, position));
      isRefused = answer === undefined;
      writtenBytes = answer?.bytesWritten ?? 0;
    }
    // A disk that is nearly full takes less: the other way takes the rest, or says why not.
    if (writtenBytes < bytes.byteLength) {
      await cached.write([bytes.subarray(writtenBytes)], position + writtenBytes);
    }
    position += bytes.byteLength;
  };
}
