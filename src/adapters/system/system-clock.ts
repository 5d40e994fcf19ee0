import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.js';

/** The clock of the machine. */
export const createSystemClock = (): Clock => ({
  now: () => new Date(),
  sleep: async (durationMs, signal) => {
    // An aborted timer rejects, always with an AbortError: the port wants that to be an early end.
    await delay(durationMs, undefined, signal && { signal }).catch(() => undefined);
  },
});
