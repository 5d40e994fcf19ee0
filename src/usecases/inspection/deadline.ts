import type { Clock } from '../../ports/clock.js';

/** Without a reason of ours each abort would make an error with a stack, for every chunk. */
const OVER = 'over';

/**
 * Waits for something, but not for ever.
 *
 * @param timeoutMs - longest wait, in milliseconds
 * @param late - makes the error that is thrown when the time is over
 */
export async function withinDeadline<T>(
  clock: Clock,
  work: Promise<T>,
  timeoutMs: number,
  late: () => Error,
): Promise<T> {
  const done = new AbortController();
  const deadline = clock.sleep(timeoutMs, done.signal).then(() => {
    if (!done.signal.aborted) throw late();
  });
  try {
    await Promise.race([work, deadline]);
    return await work;
  } finally {
    done.abort(OVER);
  }
}
