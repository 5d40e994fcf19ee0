import parseRange from 'range-parser';
import type { ByteRange } from '../ports/object-store.js';

/** What a `Range` header asks of a representation. */
export type RangeChoice =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'unsatisfiable' };

const WHOLE: RangeChoice = { kind: 'whole' };
const SUFFIX = /^bytes=-(\d+)$/i;

/**
 * Reads a `Range` header. Other units, malformed ranges and several ranges at once are answered with the
 * whole, as the standard allows; so nobody can make us cut a file into a thousand pieces.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 */
export function chooseRange(header: string | undefined, sizeBytes: number): RangeChoice {
  if (header === undefined || header.includes(',')) return WHOLE;
  const suffixBytes = SUFFIX.exec(header.trim())?.[1];
  if (suffixBytes !== undefined) return lastBytes(Number(suffixBytes), sizeBytes);
  const ranges = parseRange(sizeBytes, header);
  if (ranges === -2) return WHOLE;
  if (ranges === -1) return { kind: 'unsatisfiable' };
  const [range] = ranges;
  return range && ranges.type.toLowerCase() === 'bytes' ? { kind: 'part', range } : WHOLE;
}

// RFC 9110, section 14.1.2: a suffix longer than the representation means all of it.
const lastBytes = (count: number, sizeBytes: number): RangeChoice =>
  count === 0 || sizeBytes === 0
    ? { kind: 'unsatisfiable' }
    : { kind: 'part', range: { start: Math.max(0, sizeBytes - count), end: sizeBytes - 1 } };
