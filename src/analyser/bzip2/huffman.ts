import { CorruptError } from '../reading/inflate.js';
import type { BitReader } from './bit-reader.js';

/** Longest code of a symbol, in bits. */
export const MOST_CODE_BITS = 20;

/** A canonical code: how many symbols have each length, and the symbols in the order of their codes. */
export interface HuffmanCode {
  readonly shortestBits: number;
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/**
 * Builds the code of which these are the lengths, one for each symbol.
 *
 * @throws CorruptError where there are more codes than their lengths have room for
 */
export function createHuffmanCode(lengths: Uint8Array): HuffmanCode {
  const counts = new Uint16Array(MOST_CODE_BITS + 1);
  for (const bits of lengths) counts[bits] = (counts[bits] ?? 0) + 1;
  const starts = new Uint16Array(MOST_CODE_BITS + 2);
  let room = 1;
  for (let bits = 1; bits <= MOST_CODE_BITS; bits += 1) {
    const count = counts[bits] ?? 0;
    room = 2 * room - count;
    if (room < 0) throw new CorruptError('There are more codes than can be');
    starts[bits + 1] = (starts[bits] ?? 0) + count;
  }
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((bits, symbol) => {
    const at = starts[bits] ?? 0;
    symbols[at] = symbol;
    starts[bits] = at + 1;
  });
  const shortestBits = counts.findIndex((count, bits) => bits > 0 && count > 0);
  return { shortestBits, counts, symbols };
}

/** Takes the next symbol. Throws {@link CorruptError} where the bits are none. */
export function takeSymbol(bits: BitReader, { shortestBits, counts, symbols }: HuffmanCode): number {
  let code = bits.take(shortestBits);
  let first = 0;
  let index = 0;
  for (let length = shortestBits; ; length += 1) {
    const count = counts[length] ?? 0;
    if (code - first < count) return symbols[index + code - first] ?? 0;
    if (length === MOST_CODE_BITS) throw new CorruptError('There is no such code');
    index += count;
    first = (first + count) << 1;
    code = (code << 1) | bits.take(1);
  }
}
