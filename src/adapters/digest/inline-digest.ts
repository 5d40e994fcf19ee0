import { createHash } from 'node:crypto';
import { PermanentError } from '../../domain/errors.js';
import type { Digest } from '../../ports/digester.js';

/** Computes on the thread of the caller: for bodies in one piece and one block that are shorter than the way to another thread. */
export function createInlineDigest(): Digest {
  const whole = createHash('sha256');
  return {
    update: (bytes) => {
      whole.update(bytes);
    },
    beginPart() {
      throw noPart();
    },
    endPart: () => Promise.reject(noPart()),
    endBlocks: () => Promise.resolve(''),
    finish: () => Promise.resolve(whole.digest('hex')),
    abort: () => undefined,
  };
}

/** What a part fails with in a body of one piece, and the end of one that never began. */
export const noPart = (): PermanentError => new PermanentError('digest', 'There is no such part.');
