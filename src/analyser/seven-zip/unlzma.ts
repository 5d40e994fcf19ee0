import { crc32 } from 'node:zlib';
import type { Budget } from '../budget.js';
import { CorruptError } from '../reading/inflate.js';
import { borrowXz, XZ } from '../reading/xz-module.js';

/** What one piece of LZMA2 may hold. */
const MOST_PACKED_BYTES = 64 * 1024;
const MOST_UNPACKED_BYTES = 2 * 1024 * 1024;
/** A dictionary of 2 MiB, as xz writes it. */
const DICTIONARY = 18;
const MOST_PROPERTIES = (4 * 5 + 4) * 9 + 8;

/**
 * Expands a short stream of LZMA by the decoder that there is for xz: as the one piece of an LZMA2, which has the same
 * bytes in it.
 *
 * @param properties - the first of the five bytes that say how it was packed
 * @returns `undefined` where it is too long for that
 * @throws CorruptError; LimitError
 */
export async function unlzma(
  packed: Buffer,
  properties: number,
  unpackedBytes: number,
  budget: Budget,
): Promise<Buffer | undefined> {
  const isShort = packed.length <= MOST_PACKED_BYTES && unpackedBytes <= MOST_UNPACKED_BYTES;
  if (!isShort || packed.length === 0 || unpackedBytes === 0) return undefined;
  if (properties > MOST_PROPERTIES) throw new CorruptError('There are no such properties');
  budget.expand(unpackedBytes);
  const decoder = await borrowXz(budget);
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    const input = asXz(packed, properties, unpackedBytes);
    for (let at = 0; at < input.length && bytes < unpackedBytes; at += decoder.inputBytes) {
      decoder.supply(input.subarray(at, at + decoder.inputBytes));
      for (;;) {
        const step = decoder.run();
        pieces.push(step.bytes);
        bytes += step.bytes.length;
        if (step.status !== XZ.ok || (step.isHungry && step.bytes.length === 0)) break;
      }
    }
  } finally {
    decoder.giveBack();
  }
  if (bytes !== unpackedBytes) throw new CorruptError('The bytes are not as many as they should be');
  return Buffer.concat(pieces);
}

/** The beginning of a stream of xz, as far as its content goes. */
function asXz(packed: Buffer, properties: number, unpackedBytes: number): Buffer {
  const flags = Buffer.from([0, 0]);
  const block = Buffer.from([2, 0, 0x21, 1, DICTIONARY, 0, 0, 0]);
  const piece = Buffer.alloc(6);
  const [unpackedSize, packedSize] = [unpackedBytes - 1, packed.length - 1];
  piece.writeUInt8(0xe0 | (unpackedSize >> 16), 0);
  piece.writeUInt16BE(unpackedSize & 0xff_ff, 1);
  piece.writeUInt16BE(packedSize, 3);
  piece.writeUInt8(properties, 5);
  const parts = [flags, sum(flags), block, sum(block), piece, packed, Buffer.alloc(1)];
  return Buffer.concat([Buffer.from('fd377a585a00', 'hex'), ...parts]);
}

function sum(bytes: Buffer): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32LE(crc32(bytes));
  return value;
}
