import { createHash } from 'node:crypto';
import { PermanentError } from '../../domain/errors.js';
import type { Digest } from '../../ports/digester.js';

/** Computes on the thread of the caller: for bodies that are shorter than the way to another thread. */
export function createInlineDigest(isDivided: boolean): Digest {
  const whole = createHash('sha256');
  let piece = isDivided ? createHash('sha256') : undefined;
  return {
    update(bytes) {
      whole.update(bytes);
      piece?.update(bytes);
    },
    cut() {
      if (!piece) return Promise.reject(notDivided());
      const digest = piece.digest('hex');
      piece = createHash('sha256');
      return Promise.resolve(digest);
    },
    finish: () => Promise.resolve(whole.digest('hex')),
    abort: () => undefined,
  };
}

/** What a cut of a body fails with that was begun as one piece. */
export const notDivided = (): PermanentError =>
  new PermanentError('sha256', 'The body was begun as one piece.');
