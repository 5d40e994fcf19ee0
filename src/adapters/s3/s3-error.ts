import { S3Error } from 'minio';
import { MisconfiguredError, PermanentError, TransientError } from '../../domain/errors.js';

/** Name of the dependency in errors. */
export const DEPENDENCY = 'object-store';

/** The store let a whole deadline pass: asking again would cost the caller another one. */
export class NoAnswerError extends TransientError {
  constructor() {
    super(DEPENDENCY, 'The store did not answer in time.');
  }
}

/** Answers of a store that is unwell, not of one that refuses. */
const TRANSIENT_CODES = new Set([
  'InternalError',
  'ServiceUnavailable',
  'RequestTimeout',
  'OperationAborted',
  'UnknownError',
  '',
]);

/** Answers of a store that does not take us for who we are, or lets us do too little: operators mend that, senders cannot. */
const SETUP_CODES = new Set([
  'AccessDenied',
  'AccountProblem',
  'AllAccessDisabled',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'NoSuchBucket',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UserSuspended',
]);

/** Answers of a store that is asked too often. */
const BUSY_CODES = new Set(['SlowDown', 'Throttling', 'TooManyRequests', 'BandwidthLimitExceeded']);
/** Such a store is left alone for so long; the client library does not hand on what it said itself. */
const RETRY_AFTER_MS = 5_000;

/**
 * Turns what a call to the store failed with into the port's two kinds of error; those kinds pass unchanged.
 * Only a definite refusal of what was asked is permanent: broken connections and garbage may be gone next time, and a
 * refusal of us lasts until somebody mends our access.
 */
export function toStoreError(error: unknown): TransientError | PermanentError {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  if (error instanceof S3Error) {
    const code = error.code ?? '';
    const message = `The store answered ${code === '' ? 'with an error' : code}.`;
    if (SETUP_CODES.has(code)) return new MisconfiguredError(DEPENDENCY, code, message, { cause: error });
    if (BUSY_CODES.has(code)) {
      return new TransientError(DEPENDENCY, message, { cause: error, retryAfterMs: RETRY_AFTER_MS });
    }
    return TRANSIENT_CODES.has(code)
      ? new TransientError(DEPENDENCY, message, { cause: error })
      : new PermanentError(DEPENDENCY, message, { cause: error });
  }
  return new TransientError(DEPENDENCY, 'The store did not answer as it must.', { cause: error });
}

/** Whether trying again at once may help, without making the caller wait for long. */
export const isWorthRepeating = (error: TransientError): boolean =>
  !(error instanceof NoAnswerError || error instanceof MisconfiguredError);

/** Whether an error of the store says, by one of these codes, that the thing asked for does not exist. */
export const isMissing = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof PermanentError && error.cause instanceof S3Error && codes.includes(error.cause.code ?? '');
