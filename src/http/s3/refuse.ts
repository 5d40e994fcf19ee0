import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, type Fault } from '../../domain/errors.js';
import { faultOfError } from '../fault-of-error.js';
import { retryAfterHeader } from '../problem.js';
import { writeXml } from './xml.js';

/** To the letter: clients compare it, and a charset would make it another one. */
export const XML = 'application/xml';

/** What S3 itself says where the same request may succeed later: clients know these and come again. */
const CODES_OF_S3: Partial<Readonly<Record<ErrorCode, string>>> = {
  RATE_LIMITED: 'SlowDown',
  OVERLOADED: 'SlowDown',
  DEPENDENCY_UNAVAILABLE: 'ServiceUnavailable',
  INTERNAL: 'InternalError',
};

/**
 * Says a fault as S3 does. `LazaretCode` is the code of our table, which is also the `Code` where S3 has none that its
 * clients act upon.
 *
 * @param status - of the answer, where HTTP has a more precise one than the table; @default the table's
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function refuseAsS3(reply: FastifyReply, fault: Fault, status?: number): FastifyReply {
  const { code, message } = fault;
  const content = {
    Code: CODES_OF_S3[code] ?? code,
    Message: message,
    LazaretCode: code,
    RequestId: reply.request.id,
  };
  return reply
    .code(status ?? ERRORS[code].httpStatus)
    .headers({ 'cache-control': 'no-store', 'content-type': XML, ...retryAfterHeader(fault) })
    .send(writeXml('Error', content));
}

/** Answers what a hook or a handler threw. */
export function answerErrorAsS3(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = faultOfError(error);
  if (failure.isUnexpected) request.log.error({ err: error }, 'a request failed');
  return refuseAsS3(reply, failure.fault, failure.status);
}
