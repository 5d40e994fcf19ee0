/**
 * Waits for a promise, but not for ever.
 *
 * @param timeoutMs - longest wait, in milliseconds
 * @param expire - called once when the time is over: ends the work and makes the error that is thrown
 */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number, expire: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(expire()), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
