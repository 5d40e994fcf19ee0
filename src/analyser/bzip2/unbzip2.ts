import type { Budget } from '../budget.js';
import { CorruptError } from '../reading/inflate.js';
import type { Reader } from '../reading/reader.js';
import { createBitReader, type BitReader } from './bit-reader.js';
import { readBlock } from './read-block.js';
import { restore } from './restore.js';

const BLOCK_UNIT_BYTES = 100_000;
const HEADER = /^BZh([1-9])$/;
/** The mark and the checksum of a block, or of the end. */
const MARK_BYTES = 10;
const BLOCK_MARK = 0x31_41_59_26_53_59;
const END_MARK = 0x17_72_45_38_50_90;

/** Whether a stream of bzip2 begins here. */
export async function isBzip2Next(reader: Reader): Promise<boolean> {
  return HEADER.test((await reader.peek(4)).toString('latin1'));
}

/**
 * Expands one stream of bzip2, a little at a time; what is held is one block, of at most 900,000 bytes in four times as
 * many. Afterwards the reader stands right behind the stream.
 *
 * @throws CorruptError; LimitError
 */
export async function* unbzip2(reader: Reader, budget: Budget): AsyncGenerator<Buffer, undefined> {
  const level = HEADER.exec((await reader.peek(4)).toString('latin1'))?.[1];
  if (level === undefined) throw new CorruptError('This is no bzip2');
  await reader.skip(4);
  const bits = createBitReader(reader);
  const bytes = new Uint32Array(Number(level) * BLOCK_UNIT_BYTES);
  let combined = 0;
  for (;;) {
    budget.time();
    const { mark, checksum } = await takeMark(bits);
    if (mark === END_MARK && checksum === combined) break;
    if (mark !== BLOCK_MARK) throw new CorruptError('Here begins no block');
    combined = ((combined << 1) | (combined >>> 31)) ^ checksum;
    yield* restore(await readBlock(bits, bytes), checksum);
  }
  bits.close();
}

async function takeMark(bits: BitReader): Promise<{ readonly mark: number; readonly checksum: number }> {
  await bits.hold(MARK_BYTES);
  const mark = bits.take(24) * 2 ** 24 + bits.take(24);
  return { mark, checksum: (bits.take(16) << 16) | bits.take(16) };
}
