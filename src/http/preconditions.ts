import type { IncomingHttpHeaders } from 'node:http';
import fresh from 'fresh';

/** What a representation is recognised by. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** As it stands in `Last-Modified`. */
  readonly lastModified: string;
}

/**
 * Evaluates the conditions of a GET or HEAD in the order that the standard demands.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export function evaluatePreconditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): 'proceed' | 'not-modified' | 'failed' {
  const ifMatch = headers['if-match'];
  // RFC 9110, section 13.1.4: If-Unmodified-Since is ignored if the request contains If-Match.
  const isExpected =
    ifMatch === undefined
      ? isUnmodifiedSince(headers['if-unmodified-since'], validators)
      : isListed(ifMatch, validators.etag);
  if (!isExpected) return 'failed';
  const answer = { etag: validators.etag, 'last-modified': validators.lastModified };
  // Cache-Control of a request speaks to caches on the way; browsers send it along with conditions of a page.
  return fresh({ ...headers, 'cache-control': undefined }, answer) ? 'not-modified' : 'proceed';
}

/**
 * Whether a range may be answered as one: there is no If-Range, or it names exactly this representation.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
 */
export function isRangeCurrent(ifRange: string | string[] | undefined, validators: Validators): boolean {
  return ifRange === undefined || ifRange === validators.etag || ifRange === validators.lastModified;
}

// RFC 9110, section 13.1.1: the strong comparison, so a weak tag never matches.
const isListed = (ifMatch: string, etag: string): boolean =>
  ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === etag);

function isUnmodifiedSince(since: string | undefined, { lastModified }: Validators): boolean {
  const limit = since === undefined ? Number.NaN : Date.parse(since);
  // RFC 9110, section 13.1.4: a recipient MUST ignore the field if its value is not a valid date.
  return Number.isNaN(limit) || Date.parse(lastModified) <= limit;
}
