import { badAnswer } from '../api/upload-error.js';

/** Which bytes of the file are which part. */
export interface PlannedPart {
  /** From 1. */
  readonly partNumber: number;
  /** First byte. */
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
}

/** How a file is cut. */
export interface PartLayout {
  readonly partSizeBytes: number;
  readonly partCount: number;
}

/**
 * Lays out the parts to send. Every part but the last has the full size; a file of zero bytes has none, or
 * one empty part where the service asks for it.
 *
 * @param partNumbers - which ones; @default all
 * @throws UploadError when a number lies outside the file
 */
export function planParts(
  sizeBytes: number,
  { partSizeBytes, partCount }: PartLayout,
  partNumbers: readonly number[] = Array.from({ length: partCount }, (_, index) => index + 1),
): PlannedPart[] {
  return partNumbers.map((partNumber) => {
    const start = (partNumber - 1) * partSizeBytes;
    if (partNumber < 1 || partNumber > partCount || start > sizeBytes) {
      throw badAnswer(`The service asks for part ${partNumber}, which the file does not have.`);
    }
    return { partNumber, start, end: Math.min(start + partSizeBytes, sizeBytes) };
  });
}

/** Parts of so many bytes together are hashed and signed ahead of their turn. */
const MAX_AHEAD_BYTES = 64 * 1024 * 1024;
/** Most parts that one request signs. */
const MAX_BATCH = 16;

/** Cuts a plan into batches that are hashed and signed together, the first one small so that it begins soon. */
export function inBatches(parts: readonly PlannedPart[], partSizeBytes: number): PlannedPart[][] {
  const most = Math.min(MAX_BATCH, Math.max(1, Math.floor(MAX_AHEAD_BYTES / partSizeBytes)));
  const batches: PlannedPart[][] = [];
  for (let at = 0, size = Math.min(2, most); at < parts.length; size = most) {
    batches.push(parts.slice(at, at + size));
    at += size;
  }
  return batches;
}
