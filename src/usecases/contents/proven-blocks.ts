import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import { BLOCK_MAC_BYTES } from '../../domain/block-macs.js';
import { PermanentError } from '../../domain/errors.js';
import type { ByteRange } from '../../ports/object-store.js';
import { macOfBlock } from './block-mac.js';

/** Tells whether the blocks of a content are what was inspected. */
export interface BlockCheck {
  readonly blockBytes: number;
  /** @param index - of the block, from 0; blocks are asked about in their order */
  isRight(index: number, block: readonly Uint8Array[]): Promise<boolean> | boolean;
}

/** Gives the key, then the MACs of some blocks; `undefined` when the content is gone. */
export type ReadMacs = (firstBlock: number, count: number) => Promise<Uint8Array | undefined>;

/** MACs that are held at a time: 16 KiB of them. */
const MACS_AT_A_TIME = 1_024;

/** By the MACs that were made of the blocks while they were inspected. */
export function checkByMacs(blockBytes: number, blockCount: number, readMacs: ReadMacs): BlockCheck {
  let page: { readonly first: number; readonly key: Uint8Array; readonly macs: Buffer } | undefined;
  const pageOf = async (index: number): Promise<typeof page> => {
    const read = await readMacs(index, Math.min(MACS_AT_A_TIME, blockCount - index));
    const bytes = Buffer.from(read ?? []);
    return { first: index, key: bytes.subarray(0, BLOCK_MAC_BYTES), macs: bytes.subarray(BLOCK_MAC_BYTES) };
  };
  return {
    blockBytes,
    async isRight(index, block) {
      if (!page || index < page.first || index >= page.first + MACS_AT_A_TIME) page = await pageOf(index);
      if (page?.key.length !== BLOCK_MAC_BYTES) return false;
      const start = (index - page.first) * BLOCK_MAC_BYTES;
      const expected = page.macs.subarray(start, start + BLOCK_MAC_BYTES);
      return macOfBlock(page.key, index, block).equals(expected);
    },
  };
}

/** Of content that is one block: by the SHA-256 of all of it. */
export const checkBySha256 = (sizeBytes: number, sha256: string): BlockCheck => ({
  blockBytes: Math.max(sizeBytes, 1),
  isRight: (_, block) => {
    const hash = createHash('sha256');
    for (const bytes of block) hash.update(bytes);
    return hash.digest('hex') === sha256;
  },
});

/** The blocks that a range lies in, whole: what has to be read so that it can be proven. */
export function coverRange({ start, end }: ByteRange, blockBytes: number, sizeBytes: number): ByteRange {
  const endOfBlock = (Math.floor(end / blockBytes) + 1) * blockBytes - 1;
  return { start: start - (start % blockBytes), end: Math.min(endOfBlock, sizeBytes - 1) };
}

/** The blocks that pass. */
interface Passage {
  readonly check: BlockCheck;
  /** What is let out. */
  readonly range: ByteRange;
  /** What comes in: whole blocks. */
  readonly cover: ByteRange;
  /** Of the next byte, in the content. */
  position: number;
  /** What has come of the block under way. */
  readonly block: Uint8Array[];
}

/**
 * A stage that lets a range out of the blocks that cover it. A block is held until it is proven, so that no byte leaves
 * that was not inspected; after one that is not what it was, nothing leaves any more.
 */
export function provenBlocks(check: BlockCheck, range: ByteRange, sizeBytes: number): Transform {
  const cover = coverRange(range, check.blockBytes, sizeBytes);
  const passage: Passage = { check, range, cover, position: cover.start, block: [] };
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      take(passage, chunk, (proven) => this.push(proven)).then(done, done);
    },
    flush(done) {
      done(passage.position <= cover.end ? broken('fewer bytes') : null);
    },
  });
}

/** @returns what is wrong with the bytes that have come, if anything */
async function take(
  passage: Passage,
  chunk: Uint8Array,
  letOut: (bytes: Uint8Array) => void,
): Promise<Error | null> {
  const { check, cover, block } = passage;
  for (let rest = chunk; rest.length > 0;) {
    const index = Math.floor(passage.position / check.blockBytes);
    const missing = Math.min((index + 1) * check.blockBytes, cover.end + 1) - passage.position;
    if (missing <= 0) return broken('more bytes');
    const piece = rest.subarray(0, missing);
    block.push(piece);
    passage.position += piece.length;
    rest = rest.subarray(piece.length);
    if (piece.length < missing) continue;
    if (!(await check.isRight(index, block))) return broken('other bytes');
    wantedOf(passage, index).forEach(letOut);
    block.length = 0;
  }
  return null;
}

/** What the range has of a block that is complete. */
function wantedOf({ block, range, check }: Passage, index: number): readonly Uint8Array[] {
  let at = index * check.blockBytes;
  return block
    .map((bytes) => {
      const from = at;
      at += bytes.length;
      return bytes.subarray(Math.max(range.start - from, 0), Math.max(range.end + 1 - from, 0));
    })
    .filter(({ length }) => length > 0);
}

/** What content fails with that is not what was inspected. */
export const broken = (difference: string): PermanentError =>
  new PermanentError('object-store', `The stored content has ${difference} than were inspected.`);
