/** Who is at fault, which decides how a caller recovers; `client` is this side of the connection. */
export type UploadErrorCategory =
  | 'user'
  | 'auth'
  | 'conflict'
  | 'limit'
  | 'dependency'
  | 'internal'
  | 'connection'
  | 'client';

/** Codes that the service answers with. */
export type ServiceErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'BAD_USER_INPUT'
  | 'INVALID_NAME'
  | 'TYPE_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'QUOTA_EXCEEDED'
  | 'CONFLICT'
  | 'IDEMPOTENCY_MISMATCH'
  | 'CHECKSUM_MISMATCH'
  | 'UPLOAD_INCOMPLETE'
  | 'FILE_NOT_AVAILABLE'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'DEPENDENCY_UNAVAILABLE'
  | 'INTERNAL';

/** Codes of what this side finds out by itself. */
export type ClientErrorCode =
  /** Nothing listens at the address. */
  | 'NOT_RUNNING'
  /** The connection broke, or none could be made. */
  | 'CONNECTION'
  /** No byte moved for too long. */
  | 'TIMEOUT'
  /** The answer is not one that the service gives. */
  | 'BAD_ANSWER'
  /** The file cannot be read, or was altered while it was. */
  | 'FILE_UNREADABLE'
  /** The file is not the one that the upload was begun with. */
  | 'FILE_CHANGED';

/** A stable code to branch on. Answers of proxies are `HTTP_<status>`. */
export type UploadErrorCode = ServiceErrorCode | ClientErrorCode | `HTTP_${number}` | 'UNKNOWN';

/** What an error says beside its message. */
export interface UploadErrorDetail {
  readonly code: UploadErrorCode;
  readonly category: UploadErrorCategory;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** When to try again, in milliseconds from the answer. */
  readonly retryAfterMs?: number | undefined;
  /** To be given to whoever runs the service. */
  readonly correlationId?: string | undefined;
  /** The input field at fault. */
  readonly field?: string | undefined;
}

/** The service refused, failed, or could not be reached; or the file cannot be sent. */
export class UploadError extends Error implements UploadErrorDetail {
  override readonly name = 'UploadError';
  readonly code: UploadErrorCode;
  readonly category: UploadErrorCategory;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string | undefined;
  readonly field: string | undefined;

  constructor(message: string, detail: UploadErrorDetail, options?: ErrorOptions) {
    super(message, options);
    this.code = detail.code;
    this.category = detail.category;
    this.retryable = detail.retryable;
    this.retryAfterMs = detail.retryAfterMs;
    this.correlationId = detail.correlationId;
    this.field = detail.field;
  }
}

/** Whether an error has one of the codes. */
export const hasCode = (error: unknown, ...codes: readonly UploadErrorCode[]): error is UploadError =>
  error instanceof UploadError && codes.includes(error.code);

/** An answer that the service does not give. */
export const badAnswer = (message: string): UploadError =>
  new UploadError(message, { code: 'BAD_ANSWER', category: 'internal', retryable: false });
