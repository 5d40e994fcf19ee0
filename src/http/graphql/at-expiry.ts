import type { Clock } from '../../ports/clock.js';

/** Longest wait that a timer of Node can hold. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** An alarm at the end of a token. */
export interface ExpiryAlarm {
  /** Sets the alarm anew, for a token that came later. */
  set(expiresAt: Date): void;
  clear(): void;
}

/** Calls back once when a token ends. */
export function createExpiryAlarm(clock: Clock, ring: () => void): ExpiryAlarm {
  let timer: NodeJS.Timeout | undefined;
  return {
    set: (expiresAt) => {
      clearTimeout(timer);
      const delayMs = Math.max(0, expiresAt.getTime() - clock.now().getTime());
      timer = setTimeout(ring, Math.min(MAX_DELAY_MS, delayMs)).unref();
    },
    clear: () => {
      clearTimeout(timer);
    },
  };
}
