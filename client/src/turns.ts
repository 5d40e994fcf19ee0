import pLimit from 'p-limit';

/** Lets so many in at a time, in the order in which they came. */
export interface Turns {
  /** Resolves when the turn has come, with what ends it; rejects with the reason of the signal. */
  readonly take: (signal: AbortSignal) => Promise<() => void>;
  /** Does the work when its turn has come. */
  readonly run: <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
}

/** Nobody is in yet. */
export function createTurns(atOnce: number): Turns {
  const limit = pLimit(atOnce);
  const take = (signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stop = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      void limit(async () => {
        signal.removeEventListener('abort', stop);
        // Whoever went away meanwhile keeps nobody waiting.
        if (!signal.aborted) await new Promise<void>((end) => resolve(end));
      });
    });
  return {
    take,
    run: async (signal, work) => {
      const end = await take(signal);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
