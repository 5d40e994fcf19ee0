import type { Clock } from '../../ports/clock.js';

/** The clock of the machine. */
export const createSystemClock = (): Clock => ({
  now: () => new Date(),
  // An aborted timer of Node rejects with an error of its own, too dear for a wait that guards every chunk.
  sleep: (durationMs, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, durationMs);
      if (signal?.aborted) end();
      else signal?.addEventListener('abort', end, { once: true });
    }),
});
