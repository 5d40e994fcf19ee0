import type { Clock } from '../../ports/clock.js';

/** How long a lost permission can go unseen by a subscription to which nothing happens. */
const IDLE_CHECK_MS = 2_000;

/**
 * A source of events that ends with the error of a check: the check runs before each event is handed on,
 * and every two seconds while there is none.
 *
 * @param check - throws once the subscriber may not see any more
 */
export function guardSource<T>(
  source: AsyncIterable<T>,
  check: () => Promise<void>,
  clock: Clock,
): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const ended = new AbortController();
  let refusal: { readonly error: unknown } | undefined;
  let interrupt: ((error: unknown) => void) | undefined;

  const close = (): void => {
    ended.abort();
    void iterator.return?.().catch(() => undefined);
  };
  const refuse = (error: unknown): void => {
    refusal ??= { error };
    interrupt?.(error);
    close();
  };
  const checkWhileIdle = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(IDLE_CHECK_MS, ended.signal);
      if (!ended.signal.aborted) await check().catch(refuse);
    }
  };
  void checkWhileIdle();

  const pull = async (): Promise<IteratorResult<T>> => {
    const result = await iterator.next();
    if (result.done === true) close();
    else await check();
    return result;
  };

  const guarded: AsyncIterableIterator<T> = {
    next: () => {
      if (refusal) return failOnce(refusal);
      if (ended.signal.aborted) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve, reject) => {
        interrupt = reject;
        pull().then(resolve, (error: unknown) => {
          refuse(error);
          reject(error instanceof Error ? error : new Error(String(error)));
        });
      });
    },
    return: () => {
      close();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => guarded,
  };
  return guarded;
}

const failOnce = (refusal: { readonly error: unknown }): Promise<never> =>
  Promise.reject(refusal.error instanceof Error ? refusal.error : new Error(String(refusal.error)));
