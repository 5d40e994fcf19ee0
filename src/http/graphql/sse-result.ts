import type { ExecutionResult } from 'graphql';
import type { Window } from './sse-window.js';

type Results = AsyncIterableIterator<ExecutionResult>;
type Next = IteratorResult<ExecutionResult>;

/** What bounds a stream of results. */
export interface StreamBounds {
  readonly window: Window;
  /** Aborts when the stream must end, whatever its source does. */
  readonly ended: AbortSignal;
  /** The result that a stream ends with which was ended. */
  readonly lastWords: () => ExecutionResult;
  /** The result that stands for an error of the source. */
  readonly failure: (error: unknown) => ExecutionResult;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A stream of results that waits for its reader, ends when it is told to and never throws. */
export function boundResults(source: Results, bounds: StreamBounds): Results {
  let isDone = false;
  const release = (): void => void source.return?.().catch(() => undefined);
  const finish = (): void => {
    isDone = true;
    bounds.ended.removeEventListener('abort', release);
    release();
  };
  // The source ends with the token also while its reader is not ready for the last words.
  bounds.ended.addEventListener('abort', release, { once: true });
  const results: Results = {
    next: async () => {
      await bounds.window.enter();
      return isDone ? DONE : pull(source, bounds, finish);
    },
    return: () => {
      finish();
      return Promise.resolve(DONE);
    },
    // graphql-sse ends only what looks like a generator.
    throw: (error) => {
      finish();
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

/** The next result, or whatever ends the stream before it. */
function pull(
  source: Results,
  { ended, lastWords, failure }: StreamBounds,
  finish: () => void,
): Promise<Next> {
  return new Promise((resolve) => {
    const settle = (next: Next): void => {
      ended.removeEventListener('abort', stop);
      resolve(next);
    };
    const stop = (): void => {
      finish();
      settle({ done: false, value: lastWords() });
    };
    if (ended.aborted) {
      stop();
      return;
    }
    ended.addEventListener('abort', stop, { once: true });
    source.next().then(settle, (error: unknown) => {
      finish();
      settle({ done: false, value: failure(error) });
    });
  });
}
