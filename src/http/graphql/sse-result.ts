import type { ExecutionResult } from 'graphql';

/** How many results of a stream may wait to be written. */
const WINDOW = 8;

/** Lets a stream run ahead of its reader by a few results and no more. */
export interface Window {
  /** Waits until there is room for one more result. */
  enter(): Promise<void>;
  /** One result has been written. */
  leave(): void;
}

/** graphql-sse queues all that a source has; the window makes the source wait for the reader. */
export function createWindow(): Window {
  let open = WINDOW;
  let wake: (() => void) | undefined;
  return {
    enter: async () => {
      while (open <= 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      open -= 1;
    },
    leave: () => {
      open += 1;
      wake?.();
    },
  };
}

/** What bounds a stream of results. */
export interface StreamBounds {
  readonly window: Window;
  /** Aborts when the stream must end, whatever its source does. */
  readonly ended: AbortSignal;
  /** The result that a stream ends with which was ended. */
  lastWords(): ExecutionResult;
  /** The result that stands for an error of the source. */
  failure(error: unknown): ExecutionResult;
}

/** A stream of results that waits for its reader, ends when it is told to and never throws. */
export function boundResults(
  source: AsyncIterableIterator<ExecutionResult>,
  bounds: StreamBounds,
): AsyncIterableIterator<ExecutionResult> {
  let isDone = false;
  const finish = (): void => {
    isDone = true;
    bounds.ended.removeEventListener('abort', release);
    release();
  };
  const release = (): void => void source.return?.().catch(() => undefined);
  // The source ends with the token also while its reader is not ready for the last words.
  bounds.ended.addEventListener('abort', release, { once: true });
  const pull = (): Promise<IteratorResult<ExecutionResult>> =>
    new Promise((resolve) => {
      const settle = (result: IteratorResult<ExecutionResult>): void => {
        bounds.ended.removeEventListener('abort', stop);
        resolve(result);
      };
      const stop = (): void => {
        finish();
        settle({ done: false, value: bounds.lastWords() });
      };
      if (bounds.ended.aborted) {
        stop();
        return;
      }
      bounds.ended.addEventListener('abort', stop, { once: true });
      source.next().then(settle, (error: unknown) => {
        finish();
        settle({ done: false, value: bounds.failure(error) });
      });
    });
  const results: AsyncIterableIterator<ExecutionResult> = {
    next: async () => {
      await bounds.window.enter();
      return isDone ? { done: true, value: undefined } : pull();
    },
    return: () => {
      finish();
      return Promise.resolve({ done: true, value: undefined });
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
