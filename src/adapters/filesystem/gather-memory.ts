import { allocateAlignedShared } from './aligned-memory.js';

/**
 * Memory in which small chunks become large ones. It is lent a buffer at a time, and only so many are there. Other threads
 * see it as well: what is hashed by one of them need not be copied. Whole buffers can be written past the page cache.
 */
export interface GatherMemory {
  /** `undefined` when all are lent. */
  readonly take: () => LentBuffer | undefined;
  /** Takes one back when nobody reads it any more. */
  readonly giveBack: (buffer: LentBuffer) => void;
}

/** One piece of it. */
export type LentBuffer = Buffer;

/** Bytes of one buffer: those of one write. */
export const GATHER_BYTES = 1024 * 1024;
/** How many there may be; each is made when it is first wanted, and kept. */
const MAX_BUFFERS = 16;

/** Makes the memory of one process; it is never more than 16 MiB. */
export function createGatherMemory(): GatherMemory {
  const free: LentBuffer[] = [];
  let made = 0;
  return {
    take: () => {
      const buffer = free.pop();
      if (buffer || made >= MAX_BUFFERS) return buffer;
      made += 1;
      return allocateAlignedShared(GATHER_BYTES);
    },
    giveBack: (buffer) => void free.push(buffer),
  };
}
