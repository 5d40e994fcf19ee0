import { ALIGNMENT_BYTES, allocateAligned, allocateAlignedShared } from './aligned-memory.js';
import { createDirectSource, createSource } from './source.js';
import type { Reading } from './span-stream.js';

/** Bytes of one read: large, since nothing is allocated for it. */
const CHUNK_BYTES = 1024 * 1024;
/** One that the reader has, one that waits for it or is being filled, and one to spare. */
const CHUNKS = 3;
/** So much is hashed where it lies, by another thread; of smaller objects too much would pile up before it is collected. */
const MIN_SHARED_BYTES = 64 * 1024 * 1024;

/** Nearly always one read for each file, so that all of them take no more memory than the object has bytes. */
const SMALL: Reading = {
  sourceOf: createSource,
  allocate: (sizeBytes) => Buffer.allocUnsafeSlow(sizeBytes),
  chunkBytes: CHUNK_BYTES,
  aheadBytes: 1,
};

/**
 * Reads into the same few chunks of memory in turn: fresh memory for each would make the collector stop the process
 * every few of them. Only for a reader who is done with a chunk when it asks for the next. What is large was not left in
 * the page cache, and its memory is such that it can be written past it again.
 */
export function lendMemory(sizeBytes: number): Reading {
  if (sizeBytes < CHUNK_BYTES) return SMALL;
  const allocate = sizeBytes < MIN_SHARED_BYTES ? allocateAligned : allocateAlignedShared;
  return { ...takeTurns(allocate(CHUNKS * CHUNK_BYTES), CHUNK_BYTES), sourceOf: createDirectSource };
}

function takeTurns(memory: Buffer, chunkBytes: number): Omit<Reading, 'sourceOf'> {
  let turn = 0;
  return {
    chunkBytes,
    aheadBytes: 1,
    allocate(bytes) {
      turn = (turn + 1) % CHUNKS;
      const start = turn * chunkBytes;
      const wholeBytes = Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
      return memory.subarray(start, start + Math.min(wholeBytes, chunkBytes));
    },
  };
}
