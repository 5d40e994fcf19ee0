import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import { isRetryable } from './api-error.js';
import type { Live } from './live.js';
import type { Operation } from './operations.js';

/** Losses of the connection in a row, without a single item between them, before giving up. */
const MAX_LOSSES = 8;
const BACKOFF = new ExponentialBackoff({ initialDelay: 200, maxDelay: 5_000 });

/**
 * A subscription that outlives its connections: asks again, with variables made anew, whenever one is lost.
 *
 * @param variables - called for each connection, so that a cursor can be passed on
 */
export async function* keepSubscribed<Data, Variables extends object>(
  live: Live,
  operation: Operation<Data, Variables>,
  variables: () => Variables,
  signal: AbortSignal,
): AsyncGenerator<Data, void> {
  let losses = 0;
  let wait: IBackoff<unknown> | undefined;
  for (;;) {
    try {
      for await (const item of live.subscribe(operation, variables(), signal)) {
        losses = 0;
        wait = undefined;
        yield item;
      }
      return;
    } catch (error) {
      losses += 1;
      signal.throwIfAborted();
      if (!isRetryable(error) || losses > MAX_LOSSES) throw error;
      wait = wait?.next(undefined) ?? BACKOFF.next();
      await sleep(wait.duration, undefined, { signal });
    }
  }
}
