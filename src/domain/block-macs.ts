/** Proves a content block by block, so that a range of it can be proven without the rest. */
export interface BlockMacs {
  /** Bytes of each block; the last one has the rest. */
  readonly blockBytes: number;
  /** The key, then the MAC of each block in their order: 16 bytes each. */
  readonly macs: Uint8Array;
}

/** Length of a MAC, and of the key that all blocks of one content share. */
export const BLOCK_MAC_BYTES = 16;

const KIB = 1024;
const MIB = KIB * KIB;

/**
 * Bytes of a block, which a reader holds until they are proven. What is not larger is one block, proven by its SHA-256. Blocks of
 * 64 KiB cost an inspection three times as much, because each is a cipher of its own.
 */
export const MIN_BLOCK_BYTES = 256 * KIB;
const MAX_BLOCK_BYTES = 4 * MIB;
/** Most blocks where they may still grow, so that their MACs come to 1 MiB. Those of 1 TiB come to 4 MiB. */
const MANY_BLOCKS = 65_536;

/** @returns bytes of each block of so large a content, a power of two; `undefined` where it is one block, which needs no MAC */
export function blockBytesOf(sizeBytes: number): number | undefined {
  if (sizeBytes <= MIN_BLOCK_BYTES) return undefined;
  const wanted = 2 ** Math.ceil(Math.log2(sizeBytes / MANY_BLOCKS));
  return Math.min(Math.max(wanted, MIN_BLOCK_BYTES), MAX_BLOCK_BYTES);
}
