import type { FastifyReply } from 'fastify';
import { fault, type Fault } from '../../domain/errors.js';
import { concatOf } from '../../usecases/resumable/partial.js';
import type { UploadPosition } from '../../usecases/resumable/upload-position.js';
import { sendProblem } from '../problem.js';
import { writeMetadata } from './metadata.js';

const GONE = 410;
const UNSUPPORTED_MEDIA_TYPE = 415;
const LOCKED = 423;
/** Of the checksum extension. */
const CHECKSUM_MISMATCH = 460;

/** Headers that tell where an upload stands. */
export const positionHeaders = ({ file, offsetBytes, phase }: UploadPosition): Record<string, string> => ({
  'upload-offset': String(offsetBytes),
  // "Server MUST include Upload-Expires ... in PATCH responses if the upload is going to expire."
  ...(phase === 'open' && file.expiresAt ? { 'upload-expires': file.expiresAt.toUTCString() } : {}),
});

/** Headers that describe an upload beside where it stands. */
export function descriptionHeaders({ file }: UploadPosition): Record<string, string> {
  const concat = concatOf(file);
  return {
    ...(file.sizeBytes === null
      ? { 'upload-defer-length': '1' }
      : { 'upload-length': String(file.sizeBytes) }),
    'upload-metadata': writeMetadata(file),
    // "Response to HEAD request against partial or final upload MUST include the Upload-Concat header and its value
    // as received in the upload creation request."
    ...(concat === undefined ? {} : { 'upload-concat': concat }),
  };
}

/** Answers for an upload that was given up. */
export const sendGone = (reply: FastifyReply, { file }: UploadPosition): FastifyReply => {
  const state = file.state === 'PENDING' || file.state === 'RECEIVING' ? 'EXPIRED' : file.state;
  return sendProblem(reply, fault('CONFLICT', { message: `The upload is ${state}.` }).fault, GONE);
};

/**
 * Answers a refusal with the statuses of the protocol: 409 with where the upload stands, 410, 423, 460.
 *
 * @param position - where the upload stands, as far as it is known
 */
export function sendRefusal(reply: FastifyReply, refusal: Fault, position?: UploadPosition): FastifyReply {
  if (refusal.code === 'CHECKSUM_MISMATCH') return sendProblem(reply, refusal, CHECKSUM_MISMATCH);
  if (refusal.code === 'OVERLOADED') return sendProblem(reply, refusal, LOCKED);
  if (refusal.code !== 'CONFLICT' || !position) return sendProblem(reply, refusal);
  if (position.phase === 'over') return sendGone(reply, position);
  return sendProblem(reply.headers(positionHeaders(position)), refusal);
}

/** Answers a request whose body does not say that it continues an upload. */
export const refuseType = (reply: FastifyReply): FastifyReply =>
  sendProblem(
    reply,
    fault('BAD_USER_INPUT', { message: 'The body must be application/offset+octet-stream.' }).fault,
    UNSUPPORTED_MEDIA_TYPE,
  );
