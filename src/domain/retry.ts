import type { DeadLetterCause } from './dead-letter.js';
import type { Failure } from './failure.js';

/** How often, and after how long, something is tried again. */
export interface RetryLimits {
  /** Attempts before something is given up. */
  readonly maxAttempts: number;
  /** Longest wait before the second attempt, in milliseconds; doubles from there. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** What follows a failure. */
export type NextStep =
  /** Another attempt, after a wait that is chosen at random from these, both included, in milliseconds. */
  | { readonly kind: 'retry'; readonly minDelayMs: number; readonly maxDelayMs: number }
  | { readonly kind: 'give-up'; readonly cause: DeadLetterCause };

/** Attempts at what fails in a way that nobody foresaw: it is a fault of ours more often than one that passes. */
const MAX_UNKNOWN_ATTEMPTS = 3;
/** Nobody is waited for longer, whatever they ask for. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * The rule of retry. What passes is tried again with exponential backoff and full jitter, so that what failed together
 * does not come back together; whoever said how long to wait is asked no sooner; what was refused is not asked
 * again.
 *
 * @param attempt - how many attempts have ended, this one included; at least 1
 */
export function nextStep(failure: Failure, attempt: number, limits: RetryLimits): NextStep {
  const isLast = attempt >= limits.maxAttempts;
  const maxDelayMs = Math.min(limits.maxBackoffMs, limits.backoffMs * 2 ** (attempt - 1));
  switch (failure.failureClass) {
    case 'PERMANENT':
      return { kind: 'give-up', cause: 'PERMANENT_FAILURE' };
    case 'UNKNOWN':
      if (isLast || attempt >= MAX_UNKNOWN_ATTEMPTS) return { kind: 'give-up', cause: 'UNKNOWN_FAILURE' };
      return { kind: 'retry', minDelayMs: 0, maxDelayMs };
    case 'RATE_LIMITED': {
      if (isLast) return { kind: 'give-up', cause: 'ATTEMPTS_USED_UP' };
      const minDelayMs = Math.min(MAX_RETRY_AFTER_MS, failure.retryAfterMs ?? 0);
      return { kind: 'retry', minDelayMs, maxDelayMs: minDelayMs + maxDelayMs };
    }
    case 'TRANSIENT':
    case 'OVERTIME':
      if (isLast) return { kind: 'give-up', cause: 'ATTEMPTS_USED_UP' };
      return { kind: 'retry', minDelayMs: 0, maxDelayMs };
  }
}
