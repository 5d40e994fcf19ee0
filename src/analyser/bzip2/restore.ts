import { CorruptError } from '../reading/inflate.js';
import type { Block } from './read-block.js';

const OUTPUT_BYTES = 64 * 1024;
/** After so many equal bytes comes one that says how many others follow. */
const EQUAL_BYTES = 4;
const MOST_OTHERS = 255;
const POLYNOMIAL = 0x04_c1_1d_b7;

const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ POLYNOMIAL : value << 1;
  return value;
});

/**
 * Puts the bytes of a block back into their order, a little at a time.
 *
 * @throws CorruptError at their end, where they have another checksum
 */
export function* restore(block: Block, checksum: number): Generator<Buffer, undefined> {
  const { bytes, count, origin } = block;
  sortPlaces(block);
  let output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  let [at, crc, equal, previous] = [0, -1, 0, -1];
  let place = (bytes[origin] ?? 0) >>> 8;
  for (let index = 0; index < count; index += 1) {
    const entry = bytes[place] ?? 0;
    const byte = entry & 0xff;
    place = entry >>> 8;
    if (equal === EQUAL_BYTES) {
      for (let times = byte; times > 0; times -= 1) crc = (crc << 8) ^ (CRC[(crc >>> 24) ^ previous] ?? 0);
      output.fill(previous, at, at + byte);
      at += byte;
      equal = 0;
      previous = -1;
    } else {
      equal = byte === previous ? equal + 1 : 1;
      previous = byte;
      crc = (crc << 8) ^ (CRC[(crc >>> 24) ^ byte] ?? 0);
      output[at] = byte;
      at += 1;
    }
    if (at < OUTPUT_BYTES - MOST_OTHERS) continue;
    yield output.subarray(0, at);
    output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
    at = 0;
  }
  if (at > 0) yield output.subarray(0, at);
  if (~crc !== checksum) throw new CorruptError('A block has another checksum than it says');
}

/** Notes above each byte the place of the byte that follows it. */
function sortPlaces({ bytes, count }: Block): void {
  const places = new Uint32Array(256);
  for (let index = 0; index < count; index += 1) {
    const value = bytes[index] ?? 0;
    places[value] = (places[value] ?? 0) + 1;
  }
  let sum = 0;
  for (let value = 0; value < 256; value += 1) {
    const own = places[value] ?? 0;
    places[value] = sum;
    sum += own;
  }
  for (let index = 0; index < count; index += 1) {
    const value = (bytes[index] ?? 0) & 0xff;
    const place = places[value] ?? 0;
    places[value] = place + 1;
    bytes[place] = (bytes[place] ?? 0) | (index << 8);
  }
}
