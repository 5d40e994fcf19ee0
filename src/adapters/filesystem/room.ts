import { statfs } from 'node:fs/promises';
import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import { DEPENDENCY } from './store-error.js';

/** How long an answer of the system holds; many parts may begin within it. */
const ANSWER_MS = 500;

/**
 * Makes the test whether a disk takes new bytes. A disk that is filled to its end breaks whatever else lies on it, so
 * clients are told to come back while there is still some left: for sealing what has come, and for the rest of the system.
 *
 * @param minFreeBytes - what must be free for users without privileges; zero asks nothing
 * @returns throws `TransientError` where there is less
 */
export function createRoomCheck(directory: string, minFreeBytes: number, clock: Clock): () => Promise<void> {
  let freeBytes = Promise.resolve(Infinity);
  let askedAtMs = -Infinity;
  const ask = async (): Promise<number> => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  };
  return async () => {
    if (minFreeBytes === 0) return;
    const nowMs = clock.now().getTime();
    if (Math.abs(nowMs - askedAtMs) >= ANSWER_MS) {
      askedAtMs = nowMs;
      freeBytes = ask();
    }
    if ((await freeBytes) < minFreeBytes) throw new TransientError(DEPENDENCY, 'The disk is nearly full.');
  };
}
