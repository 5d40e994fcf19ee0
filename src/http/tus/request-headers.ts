import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { fault, type Outcome } from '../../domain/errors.js';
import { ok } from '../../domain/result.js';
import {
  CHECKSUM_ALGORITHMS,
  type ExpectedChecksum,
  type PromisedChecksum,
} from '../../usecases/resumable/body-checksum.js';
import { OFFSET_TYPE } from './protocol.js';

const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,15})$/;
const CHECKSUM = /^([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})$/;

/** A header with a count of bytes; `undefined` when it is absent. BAD_USER_INPUT when it is no such count. */
export function countOf(headers: IncomingHttpHeaders, name: string): Outcome<number | undefined> {
  const text = headers[name.toLowerCase()];
  if (text === undefined) return ok(undefined);
  const count = typeof text === 'string' && WHOLE_NUMBER.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(count)) return ok(count);
  return fault('BAD_USER_INPUT', { message: `${name} must be a whole number of bytes.`, field: name });
}

/** The checksum that a request names for its body, or will name after it. BAD_USER_INPUT for an unknown algorithm. */
export function checksumOf(request: IncomingMessage): Outcome<PromisedChecksum | undefined> {
  const text = request.headers['upload-checksum'];
  if (text === undefined) {
    // RFC 9110, section 6.6.2: the Trailer field announces which fields come after the body.
    const comesLate = /(?:^|[\s,])upload-checksum(?:$|[\s,])/i.test(request.headers.trailer ?? '');
    return ok(comesLate ? { late: () => parseChecksum(request.trailers['upload-checksum']) } : undefined);
  }
  const checksum = parseChecksum(text);
  if (checksum) return ok(checksum);
  const message = `Upload-Checksum has one of ${CHECKSUM_ALGORITHMS.join(', ')} and a Base64 encoded checksum.`;
  return fault('BAD_USER_INPUT', { message, field: 'Upload-Checksum' });
}

function parseChecksum(text: string | readonly string[] | undefined): ExpectedChecksum | undefined {
  const [, name, encoded] = CHECKSUM.exec(typeof text === 'string' ? text : '') ?? [];
  const algorithm = CHECKSUM_ALGORITHMS.find((known) => known === name);
  return algorithm && encoded !== undefined
    ? { algorithm, digest: Buffer.from(encoded, 'base64') }
    : undefined;
}

/** Whether a request brings bytes, as RFC 9112, section 6, signals them. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Whether the bytes of a request continue an upload. */
export const continuesUpload = (headers: IncomingHttpHeaders): boolean =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === OFFSET_TYPE;

/** Size of the body, where the client says it beforehand. */
export function contentLengthOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}
