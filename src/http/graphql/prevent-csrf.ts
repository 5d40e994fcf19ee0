import type { IncomingHttpHeaders } from 'node:http';
import { fault, type Fault } from '../../domain/errors.js';

/** Headers that no page can send to another origin without being asked first. */
const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** Why a request is refused before its body is looked at, and with which status. */
export interface Refusal {
  readonly fault: Fault;
  readonly status: number;
}

/**
 * Refuses what a foreign page could make a browser send without a preflight: forms, text, and GET. JSON
 * cannot be sent so, everything else needs one of two headers.
 *
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
export function preventCsrf(method: string, headers: IncomingHttpHeaders): Refusal | undefined {
  const type = essenceOf(headers['content-type']);
  if (method === 'POST' && type === 'application/json') return undefined;
  const isPreflighted = PREFLIGHT_HEADERS.some((name) => (headers[name] ?? '') !== '');
  if (method === 'POST' && type !== 'multipart/form-data') {
    return refuse(415, 'The body must be application/json, or multipart/form-data for uploadFile.');
  }
  if (isPreflighted) return undefined;
  return refuse(400, `One of the headers ${PREFLIGHT_HEADERS.join(' and ')} is required here.`);
}

/** The media type without its parameters, lower case. */
export const essenceOf = (contentType: string | undefined): string =>
  (contentType?.split(';')[0] ?? '').trim().toLowerCase();

const refuse = (status: number, message: string): Refusal => ({
  fault: fault('BAD_USER_INPUT', { message }).fault,
  status,
});
