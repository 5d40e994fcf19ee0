import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult } from 'graphql';

type Results = AsyncIterableIterator<ExecutionResult>;

/**
 * Makes an error of a source the end of its results for all plugins, as any other end is: envelop tells them nothing of it,
 * so that spans would stay open and operations uncounted.
 */
export function endOnError(results: Results | ExecutionResult): Results | ExecutionResult {
  if (!isAsyncIterable(results)) return results;
  const ending: Results = {
    next: async () => {
      try {
        return await results.next();
      } catch (error) {
        await results.return?.();
        throw error;
      }
    },
    return: () => results.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => ending,
  };
  return ending;
}
