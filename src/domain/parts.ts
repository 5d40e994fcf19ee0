import type { File, Part } from './file.js';

const MIB = 1024 * 1024;

/** Smallest part that an S3 store accepts, except as the last one. */
export const MIN_PART_BYTES = 5 * MIB;
/** Largest part that we agree to: what one lost connection may cost. */
export const MAX_PART_BYTES = 512 * MIB;
/** Largest part that an S3 store accepts. */
const MAX_DIRECT_PART_BYTES = 5 * 1024 * MIB;
/** Part size where the client has no wish, of all but large files. */
export const DEFAULT_PART_BYTES = 8 * MIB;
/** Part size where the client has no wish, of large files: each part costs a transaction, and waits for the disk. */
const MAX_DEFAULT_PART_BYTES = 32 * MIB;
/** About as many parts a file has while the size of them grows. */
const DEFAULT_PARTS = 8;
/** Part size of an upload of unknown length: leaves room for 320 GB. */
export const DEFERRED_PART_BYTES = MAX_DEFAULT_PART_BYTES;
/** Most parts that an S3 store accepts in one upload. */
export const MAX_PARTS = 10_000;
/** Largest file that fits into the parts we agree to. */
export const MAX_FILE_BYTES = MAX_PART_BYTES * MAX_PARTS;

/**
 * The part size for a file: the wish, moved into the bounds of S3, and never so small that the file would
 * need more than 10,000 parts.
 *
 * @param sizeBytes - size of the whole file
 * @param wishBytes - what the client asked for; @default 8 MiB, growing to 32 MiB with the file
 */
export function choosePartSize(sizeBytes: number, wishBytes = grownPartSize(sizeBytes)): number {
  const needed = Math.ceil(sizeBytes / MAX_PARTS);
  return Math.min(MAX_PART_BYTES, Math.max(MIN_PART_BYTES, wishBytes, needed));
}

function grownPartSize(sizeBytes: number): number {
  return Math.min(MAX_DEFAULT_PART_BYTES, Math.max(DEFAULT_PART_BYTES, dividedBy(DEFAULT_PARTS, sizeBytes)));
}

/** Whole MiB of which so many make up the file. */
const dividedBy = (parts: number, sizeBytes: number): number => Math.ceil(sizeBytes / parts / MIB) * MIB;

/** The first request that brings bytes of a file. */
export interface FirstRequest {
  /** `undefined` where it does not say so beforehand, or is still to come. */
  readonly requestBytes: number | undefined;
  /** The most that the file may have. */
  readonly limitBytes: number;
  /** Of the store. */
  readonly minPartBytes: number;
}

/**
 * Settles the part size of a file whose sender was not told one: as long as the first request does not bring all of it, others
 * of the same size will follow. Where each of them is one part or some, or some of them are one, the fewest bytes have to be
 * stored again to put a part together.
 */
export function settlePartSize(
  { partSizeBytes, isPartSizeOpen }: PartSize,
  { requestBytes = 0, ...bounds }: FirstRequest,
): PartSize {
  if (!isPartSizeOpen || requestBytes === 0) return { partSizeBytes, isPartSizeOpen };
  const isWhole = requestBytes >= bounds.limitBytes;
  const fitting = isWhole ? undefined : fittingPartSize(requestBytes, bounds);
  return { partSizeBytes: fitting ?? partSizeBytes, isPartSizeOpen: false };
}

type PartSize = Pick<File, 'partSizeBytes' | 'isPartSizeOpen'>;

function fittingPartSize(
  requestBytes: number,
  { limitBytes, minPartBytes }: Pick<FirstRequest, 'limitBytes' | 'minPartBytes'>,
): number | undefined {
  const least = Math.max(minPartBytes, Math.ceil(limitBytes / MAX_PARTS));
  if (requestBytes < least) {
    // They are put together in any case, and there may be larger ones to come.
    const requests = Math.ceil(Math.max(least, DEFAULT_PART_BYTES) / requestBytes);
    return requests * requestBytes <= MAX_DEFAULT_PART_BYTES ? requests * requestBytes : undefined;
  }
  for (
    let parts = Math.ceil(requestBytes / MAX_DEFAULT_PART_BYTES);
    requestBytes / parts >= least;
    parts += 1
  ) {
    if (requestBytes % parts === 0) return requestBytes / parts;
  }
  return undefined;
}

/** About as many parts a large file is cut into that goes straight to the store. */
const DIRECT_PARTS = 1_000;

/**
 * The part size for a file that goes straight to the store, within the limits of S3 alone. Without a wish it grows
 * with the file: each part costs a signature, and a line in the store's list.
 *
 * @param sizeBytes - size of the whole file
 */
export function chooseDirectPartSize(sizeBytes: number, wishBytes?: number): number {
  const wanted = wishBytes ?? Math.max(DEFAULT_PART_BYTES, dividedBy(DIRECT_PARTS, sizeBytes));
  const needed = Math.ceil(sizeBytes / MAX_PARTS);
  return Math.min(MAX_DIRECT_PART_BYTES, Math.max(MIN_PART_BYTES, wanted, needed));
}

/** Number of parts of a file; a file of zero bytes has none. */
export const countParts = (sizeBytes: number, partSizeBytes: number): number =>
  Math.ceil(sizeBytes / partSizeBytes);

/** Exact size of one part, or `undefined` when the file has no such part. */
export function partSizeAt(sizeBytes: number, partSizeBytes: number, partNumber: number): number | undefined {
  const count = countParts(sizeBytes, partSizeBytes);
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > count) return undefined;
  return partNumber < count ? partSizeBytes : sizeBytes - partSizeBytes * (count - 1);
}

/** Part numbers that are not in the ledger yet, ascending. */
export function missingParts(partCount: number, parts: readonly Part[]): number[] {
  const present = new Set(parts.map((part) => part.partNumber));
  return Array.from({ length: partCount }, (_, index) => index + 1).filter((number) => !present.has(number));
}
