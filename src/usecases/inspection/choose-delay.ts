import { randomInt } from 'node:crypto';

/** From when to when something may be tried again, in milliseconds from now. */
export interface DelayRange {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * Full jitter: what failed together does not come back together.
 *
 * @param pick - a whole number from 0 up to, but not including, its argument; @default node:crypto's
 */
export const chooseDelay = (
  { minDelayMs, maxDelayMs }: DelayRange,
  pick: (below: number) => number = randomInt,
): number => minDelayMs + pick(Math.floor(maxDelayMs - minDelayMs) + 1);
