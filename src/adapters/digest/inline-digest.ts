import { createHash } from 'node:crypto';
import { PermanentError } from '../../domain/errors.js';
import type { Digest } from '../../ports/digester.js';
import { createBlockMacs } from './block-macs.js';

/** Computes on the thread of the caller: for bodies in one piece that are shorter than the way to another thread. */
export function createInlineDigest(blockBytes: number | undefined): Digest {
  const whole = createHash('sha256');
  const blocks = blockBytes === undefined ? undefined : createBlockMacs(blockBytes);
  return {
    update: (bytes) => {
      whole.update(bytes);
      blocks?.update(bytes);
    },
    beginPart() {
      throw noPart();
    },
    endPart: () => Promise.reject(noPart()),
    endBlocks: () => Promise.resolve(blocks?.finish() ?? ''),
    finish: () => Promise.resolve(whole.digest('hex')),
    abort: () => undefined,
  };
}

/** What a part fails with in a body of one piece, and the end of one that never began. */
export const noPart = (): PermanentError => new PermanentError('digest', 'There is no such part.');
