import type { Clock } from '../ports/clock.js';

/** How one kind of work went. */
export interface SweepCount {
  readonly done: number;
  readonly failed: number;
  /** Of the first that failed. */
  readonly cause?: unknown;
}

/** Files that are worked on at the same time. */
const WIDTH = 8;
/** How long one kind of work may take in one run, so that a slow store does not hold up inspections. */
const BUDGET_MS = 10_000;

/** Where there was no time for any of it. */
const NOTHING: SweepCount = { done: 0, failed: 0 };

/** Each call begins a new stretch of time; what it returns tells whether that, and the run, goes on. */
export const budget = (clock: Clock, signal: AbortSignal) => (): (() => boolean) => {
  const endsAt = clock.now().getTime() + BUDGET_MS;
  return () => !signal.aborted && clock.now().getTime() < endsAt;
};

/** Works on everything that is due, a few at a time; the failure of one does not stop the others. */
export async function each<T>(
  hasTime: () => boolean,
  find: () => Promise<readonly T[]>,
  work: (item: T) => Promise<unknown>,
): Promise<SweepCount> {
  if (!hasTime()) return NOTHING;
  const [found] = await Promise.allSettled([find()]);
  if (found.status === 'rejected') return { done: 0, failed: 1, cause: found.reason };
  let done = 0;
  const causes: unknown[] = [];
  for (let start = 0; start < found.value.length && hasTime(); start += WIDTH) {
    const results = await Promise.allSettled(found.value.slice(start, start + WIDTH).map(work));
    const failures = results.filter((result) => result.status === 'rejected');
    done += results.length - failures.length;
    causes.push(...failures.map((failure) => failure.reason as unknown));
  }
  return { done, failed: causes.length, ...(causes.length > 0 ? { cause: causes[0] } : {}) };
}
