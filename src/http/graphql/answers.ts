import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, fault, FaultError, type Fault } from '../../domain/errors.js';
import { toGraphqlError } from '../../graphql/errors.js';
import { correlationOf } from '../correlation.js';
import { faultOfError } from '../fault-of-error.js';

const RESPONSE_TYPE = 'application/graphql-response+json';

/** Answers a request that never became an operation, in the form that GraphQL clients read. */
export function sendGraphqlFault(reply: FastifyReply, fault: Fault, status?: number): FastifyReply {
  const { request } = reply;
  // RFC 6750, section 3: the challenge must be there when no or no valid credentials were given.
  if (fault.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer realm="lazaret"');
  if (fault.retryAfterMs !== undefined) {
    void reply.header('retry-after', String(Math.ceil(fault.retryAfterMs / 1000)));
  }
  const accepts = request.headers.accept ?? '';
  return reply
    .code(status ?? ERRORS[fault.code].httpStatus)
    .header('cache-control', 'no-store')
    .header(
      'content-type',
      `${accepts.includes(RESPONSE_TYPE) ? RESPONSE_TYPE : 'application/json'}; charset=utf-8`,
    )
    .send(JSON.stringify({ errors: [toGraphqlError(fault, correlationOf(request))] }));
}

/** Answers what a hook or a parser of a GraphQL route threw. */
export function answerGraphqlError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const failure = faultOfError(error);
  if (failure.isUnexpected) request.log.error({ err: error, correlationId: request.id }, 'a request failed');
  return sendGraphqlFault(reply, failure.fault, failure.status);
}

/** The refusal of several operations in one request. */
export const refusedBatch = (): FaultError =>
  new FaultError(fault('BAD_USER_INPUT', { message: 'One request carries one operation.' }).fault);
