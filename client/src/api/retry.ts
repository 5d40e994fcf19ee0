import pRetry from 'p-retry';
import { UploadError } from './upload-error.js';

/** Longest wait that an answer may ask for, in milliseconds. */
const MAX_ASKED_WAIT_MS = 60_000;

/** Whether the device is on a network at all. */
export interface Network {
  readonly isOnline: () => boolean;
  /** Resolves once it is; rejects with the reason of the signal. */
  readonly whenOnline: (signal: AbortSignal | undefined) => Promise<void>;
}

/** How often and how long apart something is tried again. */
export interface RetryPolicy {
  /** Tries after the first one. @default 9 */
  readonly retries?: number;
  /** First wait in milliseconds; it doubles with each try. @default 250 */
  readonly initialDelayMs?: number;
  /** Longest wait in milliseconds, beside what an answer asks for. @default 15000 */
  readonly maxDelayMs?: number;
}

/** What retrying needs. */
export interface RetryDeps extends RetryPolicy {
  readonly network: Network;
  /** Told of every failure that is not the last one. */
  readonly onRetry?: (error: unknown) => void;
}

/** Whether trying again makes sense. */
export const isRetryable = (error: unknown): boolean => error instanceof UploadError && error.retryable;

/**
 * Tries again with growing, jittered waits. What an answer asks for (`retryAfterMs`) is waited in full and the
 * jitter comes on top, so that clients that were refused together do not come back together. While the
 * device is off the network nothing is tried and nothing counts.
 *
 * @param when - which errors deserve another try; @default those that say so of themselves
 * @throws the last error, or the reason of the signal
 */
export function withRetries<T>(
  { network, onRetry, retries = 9, initialDelayMs = 250, maxDelayMs = 15_000 }: RetryDeps,
  attempt: (number: number) => Promise<T>,
  signal?: AbortSignal,
  when: (error: unknown, attempt: number) => boolean = isRetryable,
): Promise<T> {
  return pRetry(attempt, {
    retries,
    minTimeout: initialDelayMs,
    maxTimeout: maxDelayMs,
    factor: 2,
    randomize: true,
    ...(signal === undefined ? {} : { signal }),
    shouldConsumeRetry: ({ error, attemptNumber }) => network.isOnline() || !when(error, attemptNumber),
    shouldRetry: ({ error, attemptNumber }) => when(error, attemptNumber),
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      if (retriesLeft === 0 || !when(error, attemptNumber)) return;
      onRetry?.(error);
      await sleep(askedWaitMs(error), signal);
      await network.whenOnline(signal);
    },
  });
}

const askedWaitMs = (error: unknown): number =>
  Math.min(error instanceof UploadError ? (error.retryAfterMs ?? 0) : 0, MAX_ASKED_WAIT_MS);

/**
 * Waits.
 *
 * @throws the reason of the signal, at once
 */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
