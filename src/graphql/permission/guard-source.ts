import type { Clock } from '../../ports/clock.js';

/** How long a lost permission can go unseen by a subscription to which nothing happens. */
const IDLE_CHECK_MS = 2_000;

/** Throws once the subscriber may not see any more. */
export type Check = () => Promise<void>;

/**
 * A source of events that ends with the error of a check: the check runs before each event is handed on,
 * and every two seconds while there is none.
 */
export function guardSource<T>(
  source: AsyncIterable<T>,
  check: Check,
  clock: Clock,
): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const watch = watchCheck(check, clock, () => void iterator.return?.().catch(() => undefined));
  const pull = async (): Promise<IteratorResult<T>> => {
    const result = await iterator.next();
    if (result.done === true) watch.close();
    else await check();
    return result;
  };
  const guarded: AsyncIterableIterator<T> = {
    next: () => (watch.isClosed() ? watch.ending() : watch.unlessRefused(pull())),
    return: () => {
      watch.close();
      return watch.ending();
    },
    [Symbol.asyncIterator]: () => guarded,
  };
  return guarded;
}

/** The state of a guarded source: open, closed, or closed because a check failed. */
interface Watch {
  isClosed(): boolean;
  close(): void;
  /** What a closed source answers: its refusal once, then that it is done. */
  ending(): Promise<IteratorReturnResult<undefined>>;
  /** The work, or the refusal if that comes first. */
  unlessRefused<R>(work: Promise<R>): Promise<R>;
}

function watchCheck(check: Check, clock: Clock, onClose: () => void): Watch {
  const ended = new AbortController();
  let refusal: Error | undefined;
  let interrupt: ((error: Error) => void) | undefined;

  const close = (): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    onClose();
  };
  const refuse = (reason: unknown): void => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (interrupt) interrupt(error);
    else refusal = error;
    close();
  };
  void checkWhileIdle(check, clock, ended.signal).catch(refuse);
  return {
    isClosed: () => ended.signal.aborted,
    close,
    ending: () => {
      const error = refusal;
      refusal = undefined;
      return error ? Promise.reject(error) : Promise.resolve({ done: true, value: undefined });
    },
    unlessRefused: (work) =>
      new Promise((resolve, reject) => {
        interrupt = reject;
        work.then(resolve, refuse).finally(() => {
          interrupt = undefined;
        });
      }),
  };
}

async function checkWhileIdle(check: Check, clock: Clock, ended: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(IDLE_CHECK_MS, ended);
    if (ended.aborted) return;
    await check();
  }
}
