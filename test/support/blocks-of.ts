import { randomBytes } from 'node:crypto';
import { blockBytesOf, type BlockMacs } from '../../src/domain/block-macs.js';
import { macOfBlock } from '../../src/usecases/contents/block-mac.js';

/** What an inspection keeps of the blocks of a content. */
export function blocksOf(content: Uint8Array, key: Buffer = randomBytes(16)): BlockMacs | undefined {
  const blockBytes = blockBytesOf(content.length);
  return blockBytes === undefined ? undefined : { blockBytes, macs: macsOf(content, blockBytes, key) };
}

/** The key and the MAC of each block, in hexadecimal digits. */
export function macsOf(content: Uint8Array, blockBytes: number, key: Buffer): string {
  const macs = Array.from({ length: Math.ceil(content.length / blockBytes) }, (_, index) =>
    macOfBlock(key, index, [content.subarray(index * blockBytes, (index + 1) * blockBytes)]),
  );
  return Buffer.concat([key, ...macs]).toString('hex');
}
