import {
  fault,
  FaultError,
  faultOfOutage,
  TransientError,
  type ErrorCode,
  type Fault,
} from '../domain/errors.js';

/** An error as it may be told to a caller. */
export interface PublicFailure {
  readonly fault: Fault;
  /** Where HTTP has a more precise status than the code's own. */
  readonly status?: number;
  /** Whether it is ours to look into. */
  readonly isUnexpected: boolean;
}

/** What Fastify and its plugins refuse with, as codes of our table and in our words. */
const REFUSALS: Readonly<Record<string, readonly [ErrorCode, number, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['TOO_LARGE', 413, 'The body of the request is too large.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['BAD_USER_INPUT', 415, 'The media type is not supported here.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['BAD_USER_INPUT', 400, 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BAD_USER_INPUT', 400, 'The body must not be empty.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BAD_USER_INPUT', 400, 'The body does not fit its Content-Length.'],
  FST_ERR_BAD_URL: ['BAD_USER_INPUT', 400, 'The URL is malformed.'],
  FST_ERR_MAX_PARAM_LENGTH: ['BAD_USER_INPUT', 414, 'The URL is too long.'],
};

/**
 * What of an error may be told. Only faults speak for themselves; whatever else was thrown may name hosts,
 * paths or statements and is told in the words of the table.
 */
export function faultOfError(error: unknown): PublicFailure {
  if (error instanceof FaultError) return { fault: error.fault, isUnexpected: false };
  if (error instanceof TransientError) return { fault: faultOfOutage(error), isUnexpected: true };
  return refusal(error) ?? { fault: fault('INTERNAL').fault, isUnexpected: true };
}

function refusal(error: unknown): PublicFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? REFUSALS[code] : undefined;
  if (known) {
    const [errorCode, status, message] = known;
    return { fault: fault(errorCode, { message }).fault, status, isUnexpected: false };
  }
  const isUserError = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return isUserError
    ? { fault: fault('BAD_USER_INPUT').fault, status: statusCode, isUnexpected: false }
    : undefined;
}
