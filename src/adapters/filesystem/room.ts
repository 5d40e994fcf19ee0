import { statfs } from 'node:fs/promises';
import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import { DEPENDENCY } from './store-error.js';

/** How long an answer of the system holds; many parts may begin within it. */
const ANSWER_MS = 500;

/** So large a part of the floor stays free also of what is sealed: for the rest of the system. */
const RESERVE = 1 / 4;

/** Whether a disk takes new bytes. */
export interface Room {
  readonly has: () => Promise<boolean>;
  /** Throws `TransientError` where it takes none. */
  readonly require: () => Promise<void>;
  /**
   * How many bytes may be sealed.
   *
   * @param place - something on the disk, without which there is no answer
   */
  readonly spareBytes: (place: string) => Promise<number>;
}

/**
 * Watches the free space of a disk. One that is filled to its end breaks whatever else lies on it, so clients are told to
 * come back while there is still some left: for sealing what has come, and for the rest of the system.
 *
 * @param minFreeBytes - what must be free for users without privileges; zero asks nothing
 */
export function createRoom(directory: string, minFreeBytes: number, clock: Clock): Room {
  let freeBytes = Promise.resolve(Infinity);
  let askedAtMs = -Infinity;
  const ask = async (place: string): Promise<number> => {
    const { bavail, bsize } = await statfs(place);
    return bavail * bsize;
  };
  const has = async (): Promise<boolean> => {
    if (minFreeBytes === 0) return true;
    const nowMs = clock.now().getTime();
    if (Math.abs(nowMs - askedAtMs) >= ANSWER_MS) {
      askedAtMs = nowMs;
      freeBytes = ask(directory);
    }
    return (await freeBytes) >= minFreeBytes;
  };
  return {
    has,
    spareBytes: async (place) => Math.max(0, (await ask(place)) - minFreeBytes * RESERVE),
    require: async () => {
      if (!(await has())) throw new TransientError(DEPENDENCY, 'The disk is nearly full.');
    },
  };
}
