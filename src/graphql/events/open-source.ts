import type { Actor } from '../../domain/actor.js';
import type { Outcome } from '../../domain/errors.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';

/** Opens a stream of a use-case for an actor, to be stopped by the signal. */
export type OpenStream<T> = (actor: Actor, signal: AbortSignal) => Promise<Outcome<AsyncGenerator<T>>>;

/**
 * Opens a stream so that `return` ends it at once: a generator alone would first wait for its next value. It never outlives
 * its client, whatever became of whoever should have called that.
 */
export async function openSource<T>(
  context: GraphqlContext,
  open: OpenStream<T>,
): Promise<AsyncIterableIterator<T>> {
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const events = unwrap(await open(actorOf(context), signal));
  const source: AsyncIterableIterator<T> = {
    next: () => events.next(),
    return: () => {
      ended.abort();
      return events.return(undefined);
    },
    [Symbol.asyncIterator]: () => source,
  };
  return source;
}
