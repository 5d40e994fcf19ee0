import { TransientError } from '../src/domain/errors.js';
import type { Logger } from '../src/observability/logger.js';
import type { Clock } from '../src/ports/clock.js';
import type { ObjectStore } from '../src/ports/object-store.js';

/** Lets no inspection begin whose sealed copy the store has no room for. */
export interface StoreRoom {
  /**
   * Waits until so many bytes fit beside those of the inspections that were let in.
   *
   * @returns gives the room back, to be called once; `undefined` when the signal aborts or it is closed first
   */
  take(sizeBytes: number, signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Whether somebody waits. */
  isShort(): boolean;
  /** Lets nobody in any more, also not those that wait. */
  close(): void;
}

/** How often a store that had no room is asked again. */
const ASK_AGAIN_MS = 1_000;

/**
 * Makes the room of one worker. A disk that is full delays verdicts as a dependency that is away does: an attempt whose
 * copy could not be written is not made. So does a store that is away. One that has no end in sight lets everybody in.
 */
export function createStoreRoom(
  { spareBytes }: Pick<ObjectStore, 'spareBytes'>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): StoreRoom {
  const closing = new AbortController();
  let lentBytes = 0;
  let waiting = 0;
  const tryToTake = async (sizeBytes: number): Promise<boolean> => {
    const spare = await spareOf(spareBytes);
    if (lentBytes + sizeBytes > spare) return false;
    lentBytes += sizeBytes;
    return true;
  };
  const wait = async (sizeBytes: number, stop: AbortSignal): Promise<boolean> => {
    if (waiting === 0) logger.warn({ sizeBytes }, 'inspections wait for free space in the store');
    waiting += 1;
    try {
      for (;;) {
        await clock.sleep(ASK_AGAIN_MS, stop);
        if (stop.aborted) return false;
        if (await tryToTake(sizeBytes)) return true;
      }
    } finally {
      waiting -= 1;
      if (waiting === 0) logger.info('no inspection waits for free space any more');
    }
  };
  return {
    async take(sizeBytes, signal) {
      const stop = AbortSignal.any([signal, closing.signal]);
      if (stop.aborted) return undefined;
      if (!(await tryToTake(sizeBytes)) && !(await wait(sizeBytes, stop))) return undefined;
      return () => (lentBytes -= sizeBytes);
    },
    isShort: () => waiting > 0,
    close: () => {
      closing.abort();
    },
  };
}

/** A store that is away has room for nobody. */
async function spareOf(ask: ObjectStore['spareBytes']): Promise<number> {
  try {
    return (await ask?.()) ?? Infinity;
  } catch (error) {
    if (error instanceof TransientError) return -Infinity;
    throw error;
  }
}
