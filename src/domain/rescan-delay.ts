/**
 * The number of an examination says how many began since one came to its end: those that do leave the number at a
 * multiple of this. It grows all the same, so it still fences off whoever lost its lease.
 */
export const EXAMINATIONS_IN_A_ROW = 64;

/** Longest wait for a copy whose examinations fail with something that may pass. */
const LONGEST_MS = 6 * 3_600_000;
/** Wait for a copy that is not there, or has other bytes: nothing but an operator changes that. */
const BROKEN_MS = 24 * 3_600_000;

/**
 * After which wait a copy whose examination failed is due again, in milliseconds. It doubles with every failure: copies
 * that fail time and again must not keep the others from being examined.
 *
 * @param attempt - number of the examination that failed
 * @param isBroken - whether the copy itself is not what it must be
 * @param maxFirstMs - longest wait after the first failure
 */
export function rescanDelay(
  attempt: number,
  isBroken: boolean,
  maxFirstMs: number,
): { readonly minDelayMs: number; readonly maxDelayMs: number } {
  if (isBroken) return { minDelayMs: BROKEN_MS, maxDelayMs: 1.25 * BROKEN_MS };
  const failures = attempt % EXAMINATIONS_IN_A_ROW;
  const maxDelayMs = Math.min(LONGEST_MS, maxFirstMs * 2 ** Math.max(0, failures - 1));
  return { minDelayMs: maxDelayMs / 2, maxDelayMs };
}
