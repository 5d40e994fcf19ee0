import type { QuotaDimension } from './quota.js';
import type { Result } from './result.js';

/** Who is at fault, which decides how a caller recovers. */
export type ErrorCategory = 'user' | 'auth' | 'conflict' | 'limit' | 'dependency' | 'internal';

/** One row of the error table. */
export interface ErrorSpec {
  readonly category: ErrorCategory;
  /** HTTP status of the code on every HTTP surface. */
  readonly httpStatus: number;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  /** What is said when a fault carries no message of its own. Never names an internal. */
  readonly message: string;
}

const spec = (
  category: ErrorCategory,
  httpStatus: number,
  retryable: boolean,
  message: string,
): ErrorSpec => ({ category, httpStatus, retryable, message });

/** The one table of error codes, the same on every transport. */
export const ERRORS = {
  UNAUTHENTICATED: spec('auth', 401, false, 'A valid access token is required.'),
  FORBIDDEN: spec('auth', 403, false, 'You do not have the permission for this.'),
  NOT_FOUND: spec('user', 404, false, 'There is nothing with this id.'),
  BAD_USER_INPUT: spec('user', 400, false, 'The request is not valid.'),
  INVALID_NAME: spec('user', 400, false, 'The name is not allowed.'),
  TYPE_NOT_ALLOWED: spec('user', 415, false, 'Files of this type are not accepted.'),
  TOO_LARGE: spec('limit', 413, false, 'The file is larger than allowed.'),
  QUOTA_EXCEEDED: spec('limit', 403, false, 'The quota of the tenant is used up.'),
  CONFLICT: spec('conflict', 409, false, 'The file is not in a state that allows this.'),
  IDEMPOTENCY_MISMATCH: spec('conflict', 409, false, 'The idempotency key was used with another request.'),
  CHECKSUM_MISMATCH: spec('user', 422, false, 'The bytes do not match their checksum.'),
  UPLOAD_INCOMPLETE: spec('conflict', 409, false, 'Parts of the upload are missing.'),
  FILE_NOT_AVAILABLE: spec('conflict', 409, false, 'Only a clean file can be downloaded.'),
  RATE_LIMITED: spec('limit', 429, true, 'Too many requests.'),
  OVERLOADED: spec('limit', 503, true, 'The service is at its capacity.'),
  DEPENDENCY_UNAVAILABLE: spec('dependency', 503, true, 'A part of the service is not available right now.'),
  INTERNAL: spec('internal', 500, false, 'Something went wrong on our side.'),
} as const satisfies Record<string, ErrorSpec>;

/** A stable code that clients may rely on. */
export type ErrorCode = keyof typeof ERRORS;

/** What the user did wrong, or what stands in the way, as a value. */
export interface Fault {
  readonly code: ErrorCode;
  /** One sentence for the caller. */
  readonly message: string;
  /** The input field at fault, e.g. `name` or `parts[2].sha256`. */
  readonly field?: string;
  /** When a retry makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** With QUOTA_EXCEEDED: what there is not enough of. */
  readonly dimension?: QuotaDimension;
}

/** The result of every use-case. */
export type Outcome<T> = Result<T, Fault>;

/** Builds a failed outcome from the table; `message` and `field` make it specific. */
export function fault(
  code: ErrorCode,
  detail: Partial<Omit<Fault, 'code'>> = {},
): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { code, ...detail, message: detail.message ?? ERRORS[code].message } };
}

/**
 * A dependency did not answer as it must: the same call may succeed later. The message is internal and
 * never reaches a caller.
 */
export class TransientError extends Error {
  override readonly name: string = 'TransientError';
  /** For how long the dependency asked to be left alone, in milliseconds; `undefined` where it did not. */
  readonly retryAfterMs: number | undefined;

  /** @param dependency - which one, e.g. `postgres`, `object-store`, `scanner`, `redis` */
  constructor(
    readonly dependency: string,
    message: string,
    options?: ErrorOptions & { readonly retryAfterMs?: number },
  ) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/**
 * A dependency refuses us because of how it, or our access to it, is set up: a key that was changed, a right or a bucket
 * that is missing. Nothing is wrong with what it was asked for, and the same call succeeds once an operator has mended
 * it; that is why it is like an outage. The message may be shown to operators.
 */
export class MisconfiguredError extends TransientError {
  override readonly name = 'MisconfiguredError';

  /** @param reason - in a word, of a small closed set, e.g. `InvalidAccessKeyId` */
  constructor(
    dependency: string,
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(dependency, message, options);
  }
}

/**
 * A dependency has no room for more. Reading, removing and all else goes on, and so it is no outage: the same call succeeds
 * once there is room again.
 */
export class NoRoomError extends TransientError {
  override readonly name = 'NoRoomError';
}

/** How long callers wait before they ask again while a dependency is away that did not say how long. */
const DEPENDENCY_RETRY_MS = 2_000;

/** What callers may know of a dependency that did not answer: no more than that they should come again. */
export function faultOfOutage({ retryAfterMs = DEPENDENCY_RETRY_MS }: TransientError): Fault {
  return fault('DEPENDENCY_UNAVAILABLE', { retryAfterMs }).fault;
}

/**
 * A dependency broke off when it may already have done what it was asked for. Whoever clears up after a failure must
 * leave alone what the call may have come to refer to.
 */
export class UncertainError extends TransientError {
  override readonly name = 'UncertainError';
}

/**
 * A dependency has worked for as long as it may on what it was given, and came to no end. A busy machine is not why: its
 * own time was counted. Once it may be the fault of that one call; twice it is that of what it was given.
 */
export class OvertimeError extends TransientError {
  override readonly name = 'OvertimeError';
}

/** Repeating the call cannot help: the input or the configuration of a dependency is wrong. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';

  constructor(
    readonly dependency: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The store does not have an upload, or what has arrived of it: it was ended, or is lost. Nothing can be added to it. */
export class UploadGoneError extends PermanentError {
  override readonly name = 'UploadGoneError';
  /** Key of the upload, which a call that is about several does not leave open. */
  readonly key: string;

  constructor(dependency: string, key: string, message: string, options?: ErrorOptions) {
    super(dependency, message, options);
    this.key = key;
  }
}

/** A fault that has to cross code of a library which only knows exceptions. */
export class FaultError extends Error {
  override readonly name = 'FaultError';

  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(fault.message, options);
  }
}
