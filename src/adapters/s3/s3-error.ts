import { S3Error } from 'minio';
import { MisconfiguredError, NoRoomError, PermanentError, TransientError } from '../../domain/errors.js';

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
  // Of a new bucket, until all of the store knows where it is.
  'TemporaryRedirect',
  'UnknownError',
  '',
]);

/** Answers of a store that does not take us for who we are, or lets us do too little: operators mend that, senders cannot. */
const SETUP_CODES = new Set([
  'AccessDenied',
  'AccountProblem',
  'AllAccessDisabled',
  'AuthorizationHeaderMalformed',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidSecurity',
  'InvalidToken',
  'MovedPermanently',
  'NoSuchBucket',
  'PermanentRedirect',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UserSuspended',
]);

/** Answers of a store about the key that it encrypts with: it was switched off, or we may not use it. */
const KEY_CODES = 'KMS.';

/** Answers of a store that is full, or in which we have used up what we may have: Ceph's, then MinIO's. */
const FULL_CODES = new Set(['QuotaExceeded', 'XMinioAdminBucketQuotaExceeded', 'XMinioStorageFull']);
/** Room is made by an operator, or by what is removed meanwhile. */
const FULL_RETRY_MS = 30_000;

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
    const options = { cause: error };
    if (SETUP_CODES.has(code)) return new MisconfiguredError(DEPENDENCY, code, message, options);
    if (code.startsWith(KEY_CODES)) return new MisconfiguredError(DEPENDENCY, 'KMS', message, options);
    if (isFull(code)) {
      return new NoRoomError(DEPENDENCY, message, { ...options, retryAfterMs: FULL_RETRY_MS });
    }
    if (BUSY_CODES.has(code)) {
      return new TransientError(DEPENDENCY, message, { ...options, retryAfterMs: RETRY_AFTER_MS });
    }
    return TRANSIENT_CODES.has(code)
      ? new TransientError(DEPENDENCY, message, options)
      : new PermanentError(DEPENDENCY, message, options);
  }
  return new TransientError(DEPENDENCY, 'The store did not answer as it must.', { cause: error });
}

/** Whether a store says by this code that it takes nothing more. */
export const isFull = (code: string): boolean => FULL_CODES.has(code);

/** Whether trying again at once may help, without making the caller wait for long. */
export const isWorthRepeating = (error: TransientError): boolean =>
  ![NoAnswerError, MisconfiguredError, NoRoomError].some((kind) => error instanceof kind);

/** Whether an error of the store says, by one of these codes, that the thing asked for does not exist. */
export const isMissing = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof PermanentError && error.cause instanceof S3Error && codes.includes(error.cause.code ?? '');
