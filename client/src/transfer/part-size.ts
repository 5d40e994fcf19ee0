const MIB = 1024 * 1024;

/** Smallest part that stores accept, except as the last one. */
const MIN_PART_BYTES = 5 * MIB;
/** What one lost connection may cost, and what a page may have to hold to hash it. */
const MAX_PART_BYTES = 64 * MIB;
/** Part size as long as no rate was measured. */
const DEFAULT_PART_BYTES = 8 * MIB;
/** Most parts that stores accept in one upload. */
const MAX_PARTS = 10_000;
/** How long a part should take, in seconds: long against a round trip, short against a patience. */
const SECONDS_PER_PART = 4;

/**
 * The part size to ask for: what a connection carries in a few seconds, but enough parts that all
 * connections have work, and never so small that the file would need more than 10,000.
 *
 * @param connectionRate - bytes per second of one connection, as measured before; @default not known
 */
export function choosePartSize(sizeBytes: number, maxParallel: number, connectionRate?: number): number {
  const carried = connectionRate === undefined ? DEFAULT_PART_BYTES : connectionRate * SECONDS_PER_PART;
  const shared = sizeBytes / (2 * maxParallel);
  const wanted = Math.max(MIN_PART_BYTES, Math.min(MAX_PART_BYTES, carried, shared));
  return Math.ceil(Math.max(wanted, sizeBytes / MAX_PARTS) / MIB) * MIB;
}
