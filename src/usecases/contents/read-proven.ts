import { pipeline } from 'node:stream';
import { MIN_BLOCK_BYTES } from '../../domain/block-macs.js';
import { PermanentError } from '../../domain/errors.js';
import type { ByteRange, OpenObject } from '../../ports/object-store.js';
import { provenBody } from './proven-body.js';
import {
  checkByMacs,
  checkBySha256,
  coverRange,
  provenBlocks,
  type BlockCheck,
  type ReadMacs,
} from './proven-blocks.js';

/** What was inspected, and by what it is known again. */
export interface InspectedContent {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Where its blocks were proven. */
  readonly blocks?: { readonly blockBytes: number; readonly readMacs: ReadMacs } | undefined;
}

type Open = (range?: ByteRange) => Promise<OpenObject | undefined>;

/** Whether a range can be proven without reading all the rest. */
export const hasProvableRanges = ({ sizeBytes, blocks }: InspectedContent): boolean =>
  blocks !== undefined || sizeBytes <= MIN_BLOCK_BYTES;

/**
 * Opens stored content, or a range of it, and proves it while it passes: what is not what was inspected ends with
 * an error, and never looks whole.
 *
 * @param open - opens the stored bytes; gets a range that covers the wanted one
 * @throws PermanentError when the content has another size, or a range is wanted that cannot be proven; what `open`
 *   failed with
 */
export async function readProven(
  content: InspectedContent,
  open: Open,
  range?: ByteRange,
): Promise<OpenObject> {
  const { sizeBytes } = content;
  const check = checkOf(content);
  if (range && !check) throw new PermanentError('object-store', 'No range of this content can be proven.');
  const object = await open(range && check ? coverRange(range, check.blockBytes, sizeBytes) : undefined);
  if (object?.sizeBytes !== sizeBytes) {
    object?.body.destroy();
    throw new PermanentError('object-store', 'The stored content is not what it was.');
  }
  const wanted = range ?? { start: 0, end: sizeBytes - 1 };
  const body = check ? provenBlocks(check, wanted, sizeBytes) : provenBody(content);
  // Whoever reads the proven bytes learns of every failure by them.
  pipeline(object.body, body, () => undefined);
  return { sizeBytes, body };
}

function checkOf({ sizeBytes, sha256, blocks }: InspectedContent): BlockCheck | undefined {
  if (blocks) {
    const { blockBytes, readMacs } = blocks;
    return checkByMacs(blockBytes, Math.ceil(sizeBytes / blockBytes), readMacs);
  }
  return sizeBytes <= MIN_BLOCK_BYTES ? checkBySha256(sizeBytes, sha256) : undefined;
}
