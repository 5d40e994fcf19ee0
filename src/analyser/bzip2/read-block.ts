import { CorruptError } from '../reading/inflate.js';
import type { BitReader } from './bit-reader.js';
import { createHuffmanCode, MOST_CODE_BITS, takeSymbol, type HuffmanCode } from './huffman.js';

/** What a block says, before its bytes are put back into their order. */
export interface Block {
  /** The bytes, as the transform of Burrows and Wheeler has ordered them; each leaves room for a place above it. */
  readonly bytes: Uint32Array;
  readonly count: number;
  /** Where the first byte stands. */
  readonly origin: number;
}

/** Bytes of a block in front of its selectors, at most. */
const HEADER_BYTES = 64;
const SELECTORS_BYTES = 32 * 1024;
/** Bytes of one length, and of so many symbols as are taken by one code. */
const LENGTH_BYTES = 8;
const GROUP_SYMBOLS = 50;
const GROUP_BYTES = 128;
/** The first two symbols count repetitions, to the base of two. A block has no room for more of them. */
const RUN_SYMBOLS = 2;
const MOST_RUN = 2 * 1024 * 1024;

/**
 * Reads a block whose mark and checksum were taken.
 *
 * @param into - as long as a block may be
 * @throws CorruptError
 */
export async function readBlock(bits: BitReader, into: Uint32Array): Promise<Block> {
  await bits.hold(HEADER_BYTES);
  // Blocks of before 1999 may be stirred: nothing makes them any more.
  if (bits.take(1) !== 0) throw new CorruptError('A block is of an old kind');
  const origin = bits.take(24);
  const values = takeValues(bits);
  const tables = bits.take(3);
  const selectors = new Uint8Array(bits.take(15));
  if (tables < 2 || tables > 6 || selectors.length === 0) throw new CorruptError('A block has no tables');
  await bits.hold(SELECTORS_BYTES);
  takeSelectors(bits, selectors, tables);
  const codes: HuffmanCode[] = [];
  for (let index = 0; index < tables; index += 1) {
    codes.push(createHuffmanCode(await takeLengths(bits, values.length + RUN_SYMBOLS)));
  }
  const count = await takeBytes(bits, { values, selectors, codes }, into);
  if (origin >= count) throw new CorruptError('A block begins beyond its end');
  return { bytes: into, count, origin };
}

/** Which bytes there are in the block. */
function takeValues(bits: BitReader): Uint8Array {
  const values: number[] = [];
  const groups = bits.take(16);
  for (let group = 0; group < 16; group += 1) {
    if ((groups & (0x8000 >> group)) === 0) continue;
    const members = bits.take(16);
    for (let low = 0; low < 16; low += 1) {
      if ((members & (0x8000 >> low)) !== 0) values.push(group * 16 + low);
    }
  }
  if (values.length === 0) throw new CorruptError('A block has no bytes');
  return Uint8Array.from(values);
}

function takeSelectors(bits: BitReader, selectors: Uint8Array, tables: number): void {
  const recent = Uint8Array.from({ length: tables }, (_, index) => index);
  for (let index = 0; index < selectors.length; index += 1) {
    let rank = 0;
    while (bits.take(1) === 1) {
      rank += 1;
      if (rank >= tables) throw new CorruptError('There is no such table');
    }
    selectors[index] = moveToFront(recent, rank);
  }
}

/** Lengths of codes, each told by its difference to the one before. */
async function takeLengths(bits: BitReader, symbols: number): Promise<Uint8Array> {
  const lengths = new Uint8Array(symbols);
  await bits.hold(LENGTH_BYTES);
  let length = bits.take(5);
  for (let symbol = 0; symbol < symbols; symbol += 1) {
    const waiting = bits.hold(LENGTH_BYTES);
    if (waiting) await waiting;
    // Whoever goes up and down without end means no length.
    for (let steps = 0; bits.take(1) === 1; steps += 1) {
      length += bits.take(1) === 0 ? 1 : -1;
      if (length > MOST_CODE_BITS || steps > MOST_CODE_BITS) throw new CorruptError('A code is too long');
    }
    if (length < 1 || length > MOST_CODE_BITS) throw new CorruptError('A code has no length');
    lengths[symbol] = length;
  }
  return lengths;
}

interface Tables {
  readonly values: Uint8Array;
  readonly selectors: Uint8Array;
  readonly codes: readonly HuffmanCode[];
}

/** Takes the symbols up to the one that ends the block; returns how many bytes they are. */
async function takeBytes(
  bits: BitReader,
  { values, selectors, codes }: Tables,
  into: Uint32Array,
): Promise<number> {
  const last = values.length + 1;
  const run = { length: 0, weight: 1 };
  let count = 0;
  const add = (value: number, times: number): void => {
    const end = count + times;
    if (end > into.length) throw new CorruptError('A block is too long');
    for (; count < end; count += 1) into[count] = value;
  };
  for (const selector of selectors) {
    const code = codes[selector];
    const waiting = bits.hold(GROUP_BYTES);
    if (waiting) await waiting;
    for (let index = 0; index < GROUP_SYMBOLS && code; index += 1) {
      const symbol = takeSymbol(bits, code);
      if (symbol < RUN_SYMBOLS) {
        if (run.weight > MOST_RUN) throw new CorruptError('A block repeats a byte too often');
        run.length += run.weight << symbol;
        run.weight <<= 1;
        continue;
      }
      if (run.length > 0) add(values[0] ?? 0, run.length);
      run.length = 0;
      run.weight = 1;
      if (symbol === last) return count;
      add(moveToFront(values, symbol - 1), 1);
    }
  }
  throw new CorruptError('A block has no end');
}

function moveToFront(values: Uint8Array, rank: number): number {
  const value = values[rank] ?? 0;
  values.copyWithin(1, 0, rank);
  values[0] = value;
  return value;
}
