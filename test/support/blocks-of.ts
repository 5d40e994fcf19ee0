import { randomBytes } from 'node:crypto';
import { macOfBlock } from '../../src/usecases/contents/block-mac.js';
import type { ReadMacs } from '../../src/usecases/contents/proven-blocks.js';

/** The key and the MAC of each block, made one by one. */
export function macsOf(content: Uint8Array, blockBytes: number, key: Buffer = randomBytes(16)): Buffer {
  const macs = Array.from({ length: Math.ceil(content.length / blockBytes) }, (_, index) =>
    macOfBlock(key, index, [content.subarray(index * blockBytes, (index + 1) * blockBytes)]),
  );
  return Buffer.concat([key, ...macs]);
}

/** Reads them as a database would. */
export const readingMacs =
  (macs: Buffer): ReadMacs =>
  (first, count) =>
    Promise.resolve(
      Buffer.concat([macs.subarray(0, 16), macs.subarray(16 * (first + 1), 16 * (first + 1 + count))]),
    );
