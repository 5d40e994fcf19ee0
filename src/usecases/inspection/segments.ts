/** What a scanner is given at a time, in bytes from the beginning. */
export interface Segment {
  readonly start: number;
  /** Not included. */
  readonly end: number;
}

/** Longest that two segments share: longer than what a signature spans. */
const MAX_OVERLAP_BYTES = 16 * 1024 * 1024;

/**
 * Cuts a file into pieces that a scanner can take, each of which begins before the last one ends: what lies across a
 * cut lies whole in one of them, as long as it is no longer than what they share.
 *
 * @param ceilingBytes - longest stream that the scanner can judge; at least 4
 */
export function segmentsOf(sizeBytes: number, ceilingBytes: number): readonly Segment[] {
  if (sizeBytes <= ceilingBytes) return [{ start: 0, end: sizeBytes }];
  const overlapBytes = Math.min(MAX_OVERLAP_BYTES, Math.floor(ceilingBytes / 4));
  const stepBytes = ceilingBytes - overlapBytes;
  const count = Math.ceil((sizeBytes - overlapBytes) / stepBytes);
  return Array.from({ length: count }, (_, index) => {
    const start = index * stepBytes;
    return { start, end: Math.min(start + ceilingBytes, sizeBytes) };
  });
}
