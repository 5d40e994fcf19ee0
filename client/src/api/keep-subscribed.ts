import { randomBelow } from '../random.js';
import { isRetryable, sleep, withRetries, type RetryDeps } from './retry.js';
import type { Operation, Transport } from './transport.js';
import { hasCode } from './upload-error.js';

/** Longest wait before a connection that brought something is made anew, in milliseconds. */
const RECONNECT_WITHIN_MS = 1_000;

/**
 * A subscription that outlives its connections: asks again, with variables made anew, whenever one is lost.
 * A connection that brought something begins the count of losses anew.
 *
 * @param variables - called for each connection, so that a cursor can be passed on
 * @throws the last error after too many losses in a row, or the reason of the signal
 */
export async function keepSubscribed<Data, Variables>(
  deps: RetryDeps & { readonly transport: Transport },
  operation: Operation<Data, Variables>,
  variables: () => Variables,
  onItem: (item: Data) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const heard = { isAny: false };
    const note = (item: Data): void => {
      heard.isAny = true;
      onItem(item);
    };
    const subscribe = (): Promise<void> => deps.transport.subscribe(operation, variables(), note, signal);
    try {
      // What was fruitful leaves the retries, so that they begin anew.
      await withRetries(deps, subscribe, signal, (error) => !heard.isAny && isLoss(error));
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!heard.isAny || !isLoss(error)) throw error;
      deps.onRetry?.(error);
      await sleep(randomBelow(RECONNECT_WITHIN_MS), signal);
      await deps.network.whenOnline(signal);
    }
  }
}

/** A token that ended is a loss as well: the next connection asks for a fresh one. */
const isLoss = (error: unknown): boolean => isRetryable(error) || hasCode(error, 'UNAUTHENTICATED');
