import { randomInt } from 'node:crypto';

/** How waiting between attempts grows. */
export interface BackoffSettings {
  /** Longest wait before the second attempt, in milliseconds; doubles from there. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/**
 * Exponential backoff with full jitter: files that failed together do not come back together.
 *
 * @param attempt - how many attempts have failed; at least 1
 * @param pick - a whole number from 0 up to, but not including, its argument; @default node:crypto's
 */
export function chooseBackoff(
  attempt: number,
  { backoffMs, maxBackoffMs }: BackoffSettings,
  pick: (below: number) => number = randomInt,
): number {
  return pick(Math.min(maxBackoffMs, backoffMs * 2 ** (attempt - 1)) + 1);
}
