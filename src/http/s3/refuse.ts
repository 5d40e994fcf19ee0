import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, type Fault } from '../../domain/errors.js';
import { faultOfError } from '../fault-of-error.js';
import { retryAfterHeader } from '../problem.js';
import { writeXml } from './xml.js';

/** To the letter: clients compare it, and a charset would make it another one. */
export const XML = 'application/xml';

const NO_SUCH_UPLOAD = 404;

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
export const refuseAsS3 = (
  reply: FastifyReply,
  fault: Fault,
  status = ERRORS[fault.code].httpStatus,
): FastifyReply => sendError(reply, fault, CODES_OF_S3[fault.code] ?? fault.code, status);

/** Says that an upload is over: S3 knows only those that are open. */
export const refuseAsGone = (reply: FastifyReply, fault: Fault): FastifyReply =>
  sendError(reply, fault, 'NoSuchUpload', NO_SUCH_UPLOAD);

function sendError(reply: FastifyReply, fault: Fault, code: string, status: number): FastifyReply {
  const content = {
    Code: code,
    Message: fault.message,
    LazaretCode: fault.code,
    RequestId: reply.request.id,
  };
  return reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'content-type': XML, ...retryAfterHeader(fault) })
    .send(writeXml('Error', content));
}

/** Answers what a hook or a handler threw. */
export function answerErrorAsS3(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = faultOfError(error);
  if (failure.isUnexpected) request.log.error({ err: error }, 'a request failed');
  return refuseAsS3(reply, failure.fault, failure.status);
}
