import { allocateAligned } from './aligned-memory.js';
import type { Reading } from './span-stream.js';

/** Bytes of one read: large, since nothing is allocated for it. */
const CHUNK_BYTES = 1024 * 1024;
/** One that the reader has, one that waits for it, and one that is being filled. */
const CHUNKS = 3;

/**
 * Reads into the same few chunks of memory in turn: fresh memory for each would make the collector stop the process
 * every few of them. Only for a reader who is done with a chunk when it asks for the next.
 */
export function lendMemory(sizeBytes: number): Reading {
  const chunkBytes = Math.min(CHUNK_BYTES, sizeBytes);
  // From aligned memory a sealed copy can be written without another one.
  const memory =
    sizeBytes < CHUNK_BYTES
      ? Buffer.allocUnsafeSlow(CHUNKS * chunkBytes)
      : allocateAligned(CHUNKS * chunkBytes);
  let turn = 0;
  return {
    chunkBytes,
    aheadBytes: 1,
    allocate(bytes) {
      turn = (turn + 1) % CHUNKS;
      return memory.subarray(turn * chunkBytes, turn * chunkBytes + bytes);
    },
  };
}
