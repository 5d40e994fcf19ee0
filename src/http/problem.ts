import type { FastifyReply } from 'fastify';
import { ERRORS, type ErrorCategory, type ErrorCode, type Fault } from '../domain/errors.js';

/**
 * How every failure is told over HTTP.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly category: ErrorCategory;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly correlationId: string;
  readonly field?: string;
  /** With QUOTA_EXCEEDED: `BYTES`, `FILES` or `UPLOADS`. */
  readonly dimension?: string;
}

/** Media type of a {@link Problem}. */
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/**
 * Says a fault as a problem.
 *
 * @param status - of the answer, where HTTP has a more precise one than the table; @default the table's
 */
export function toProblem(fault: Fault, correlationId: string, status?: number): Problem {
  const spec = ERRORS[fault.code];
  return {
    type: `urn:lazaret:problem:${fault.code.toLowerCase().replaceAll('_', '-')}`,
    title: spec.message,
    status: status ?? spec.httpStatus,
    detail: fault.message,
    code: fault.code,
    category: spec.category,
    retryable: spec.retryable,
    ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
    correlationId,
    ...(fault.field === undefined ? {} : { field: fault.field }),
    ...(fault.dimension === undefined ? {} : { dimension: fault.dimension.toUpperCase() }),
  };
}

/** Headers that belong to a problem beside its body. */
export function problemHeaders(problem: Problem): Record<string, string> {
  return {
    'content-type': PROBLEM_TYPE,
    'cache-control': 'no-store',
    // RFC 6750, section 3: the challenge must be there when no or no valid credentials were given.
    ...(problem.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="lazaret"' } : {}),
    ...retryAfterHeader(problem),
  };
}

/** When to come again, in whole seconds, for whatever may succeed later. */
export function retryAfterHeader({
  code,
  retryAfterMs,
}: Pick<Fault, 'code' | 'retryAfterMs'>): Record<string, string> {
  const waitMs = retryAfterMs ?? (ERRORS[code].retryable ? 1_000 : undefined);
  return waitMs === undefined ? {} : { 'retry-after': String(Math.ceil(waitMs / 1000)) };
}

/** Headers of what would have been answered, had it not failed. */
const HEADERS_OF_CONTENT = [
  ...['etag', 'last-modified', 'accept-ranges'],
  ...['content-length', 'content-disposition', 'content-digest', 'repr-digest'],
];

/** Answers a request with a fault. */
export function sendProblem(reply: FastifyReply, fault: Fault, status?: number): FastifyReply {
  const problem = toProblem(fault, reply.request.id, status);
  for (const name of HEADERS_OF_CONTENT) reply.removeHeader(name);
  // RFC 9110, section 15.5.17: with 416 it tells the length of the whole.
  if (problem.status !== 416) reply.removeHeader('content-range');
  return reply.code(problem.status).headers(problemHeaders(problem)).send(problem);
}
