import {
  DelegateBackoff,
  ExponentialBackoff,
  handleWhen,
  retry,
  type IBackoff,
  type IRetryBackoffContext,
  type RetryPolicy,
} from 'cockatiel';
import { ApiError, isRetryable } from './api-error.js';

/** Tries after the first one. */
export const MAX_RETRIES = 7;
/** Longest wait that the service may ask for, in milliseconds. */
const MAX_ASKED_WAIT_MS = 60_000;

/** When and how to try again. */
export interface RetryOptions {
  /** @default the error says of itself that a retry makes sense */
  readonly when?: (error: unknown) => boolean;
  /** First wait in milliseconds. @default 250 */
  readonly initialDelayMs?: number;
}

/**
 * Tries again with growing, jittered waits; what the service asks for (`retryAfterMs`) is waited in full and
 * the jitter comes on top, so that clients that were refused together do not come back together.
 */
export function createRetry({ when = isRetryable, initialDelayMs = 250 }: RetryOptions = {}): RetryPolicy {
  const exponential = new ExponentialBackoff({ initialDelay: initialDelayMs, maxDelay: initialDelayMs * 40 });
  const backoff = new DelegateBackoff<IRetryBackoffContext<unknown>, IBackoff<unknown>>((context, last) => {
    const state = last?.next(context) ?? exponential.next();
    return { delay: askedWaitMs(context) + state.duration, state };
  });
  return retry(handleWhen(when), { maxAttempts: MAX_RETRIES, backoff });
}

function askedWaitMs({ result }: IRetryBackoffContext<unknown>): number {
  const error = 'error' in result ? result.error : undefined;
  const asked = error instanceof ApiError ? (error.detail.retryAfterMs ?? 0) : 0;
  return Math.min(asked, MAX_ASKED_WAIT_MS);
}
