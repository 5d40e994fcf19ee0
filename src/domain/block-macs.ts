/** Proves a content block by block, so that a range of it can be proven without the rest. */
export interface BlockMacs {
  /** Bytes of each block; the last one has the rest. */
  readonly blockBytes: number;
  /** The key, then the MAC of each block in their order: 32 lower-case hexadecimal digits each. */
  readonly macs: string;
}

const KIB = 1024;
const GIB = KIB ** 3;

/** Bytes of a block, which a reader holds until they are proven. What is not larger is one block, proven by its SHA-256. */
export const BLOCK_BYTES = 256 * KIB;
/** Blocks of what is larger than {@link LARGE_BYTES}, so that the MACs of 1 TiB are 4 MiB. */
const LARGE_BLOCK_BYTES = 4 * KIB * KIB;
const LARGE_BYTES = 16 * GIB;

/** @returns bytes of each block of so large a content; `undefined` where it is one block, which needs no MAC */
export function blockBytesOf(sizeBytes: number): number | undefined {
  if (sizeBytes <= BLOCK_BYTES) return undefined;
  return sizeBytes <= LARGE_BYTES ? BLOCK_BYTES : LARGE_BLOCK_BYTES;
}
