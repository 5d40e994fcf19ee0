import { TransientError } from '../../domain/errors.js';
import type { Breaker } from '../../observability/breaker.js';

/** Whoever thinks so throws this: a call that was given up speaks neither for nor against a clamd. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** Whether an error speaks against the clamd that it came from. */
export const isFailureOfClamd = (error: unknown): boolean => error instanceof TransientError;

/** The calls to one clamd. */
export interface Calls {
  /**
   * Does a call if the breaker lets it, and has it counted. Throws what the call throws.
   *
   * @param stop - once it has aborted, a failure is none of clamd's
   */
  readonly run: <T>(work: () => Promise<T>, stop?: AbortSignal) => Promise<T>;
  /** Calls in a row that failed. */
  readonly failures: () => number;
}

/** Runs calls through a breaker, and counts those that failed in a row. */
export function createCalls(breaker: Breaker, onFailure: (error: TransientError) => void): Calls {
  let failures = 0;
  const count = async <T>(work: () => Promise<T>, stop: AbortSignal | undefined): Promise<T> => {
    try {
      const result = await work();
      failures = 0;
      return result;
    } catch (error) {
      if (error instanceof TransientError && !stop?.aborted) {
        failures += 1;
        onFailure(error);
      }
      throw error;
    }
  };
  return {
    failures: () => failures,
    run: (work, stop) => breaker.run(() => count(work, stop), stop),
  };
}
