import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { TransientError } from '../domain/errors.js';

/** Whether calls are let through, are tried one by one, or are refused at once. */
export type BreakerState = 'closed' | 'half-open' | 'open';

/** How a breaker behaves. */
export interface BreakerOptions {
  /** What it stands before, as errors name it, e.g. `object-store`. */
  readonly dependency: string;
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open before one call is let through, or the probe is made. */
  readonly openMs: number;
  /** Whether an error speaks against the dependency; any other one is as if the call had not been made. @default all do */
  readonly isFailure?: (error: unknown) => boolean;
  /**
   * Asks the dependency whether it works, again and again from when it was lost until it is found: no caller is let
   * through meanwhile, and none has to come for the breaker to close. It must have a deadline of its own.
   */
  readonly probe?: () => Promise<unknown>;
  /** Told at once and with every change, and what failed last. */
  readonly onState?: (state: BreakerState, lastFailure?: unknown) => void;
}

/** Spares a dependency that is down, and spares callers the wait for it. */
export interface Breaker {
  readonly state: () => BreakerState;
  /**
   * Does the work and takes note of how it ends. Throws what the work throws.
   *
   * @param stop - once it has aborted, a failure is none of the dependency's
   * @throws TransientError at once, without doing the work, while the dependency is left alone
   */
  readonly run: <T>(work: () => Promise<T>, stop?: AbortSignal) => Promise<T>;
}

/** Carries an error past the count. */
class Uncounted extends Error {}

/** Makes a breaker, which is closed. */
export function createBreaker(options: BreakerOptions): Breaker {
  const { dependency, failures, openMs, isFailure = () => true, probe, onState } = options;
  const policy = circuitBreaker(
    // A trial that was given up shows nothing, least of all that the dependency is back.
    handleWhen((error) => (error instanceof Uncounted ? isOnTrial() : isFailure(error))),
    {
      halfOpenAfter: openMs,
      breaker: new ConsecutiveBreaker(failures),
    },
  );
  const lastFailure = (): unknown => {
    const last = policy.lastFailure;
    return last && 'error' in last ? last.error : undefined;
  };
  const isOnTrial = (): boolean => policy.state === CircuitState.HalfOpen;
  const state = (): BreakerState => nameOf(policy.state);
  onState?.(state());
  policy.onStateChange((changed) => onState?.(nameOf(changed), lastFailure()));
  const attempt = async <T>(work: () => Promise<T>, stop?: AbortSignal): Promise<T> => {
    try {
      return await policy.execute(() => uncountedAfter(stop, work));
    } catch (error) {
      if (error instanceof Uncounted) throw error.cause;
      throw error instanceof BrokenCircuitError ? refusal() : error;
    }
  };
  const refusal = (): TransientError => {
    return new TransientError(dependency, `${dependency} is left alone for a while`, {
      cause: lastFailure(),
    });
  };
  if (probe) probeWhileOpen(policy, openMs, () => attempt(probe));
  return {
    state,
    run: (work, stop) => {
      if (probe && policy.state !== CircuitState.Closed) return Promise.reject(refusal());
      return attempt(work, stop);
    },
  };
}

/** Does not keep a process alive that has nothing else to do. */
function probeWhileOpen(
  policy: CircuitBreakerPolicy,
  pauseMs: number,
  tryOnce: () => Promise<unknown>,
): void {
  let timer: NodeJS.Timeout | undefined;
  const tryLater = (): void => {
    timer ??= setTimeout(() => {
      const settle = (): void => {
        timer = undefined;
        if (policy.state !== CircuitState.Closed) tryLater();
      };
      tryOnce().then(settle, settle);
    }, pauseMs).unref();
  };
  policy.onBreak(tryLater);
}

async function uncountedAfter<T>(stop: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw stop?.aborted ? new Uncounted('', { cause: error }) : error;
  }
}

function nameOf(state: CircuitState): BreakerState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}
