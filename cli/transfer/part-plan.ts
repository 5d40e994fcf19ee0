/** Which bytes of the file are which part. */
export interface PlannedPart {
  /** From 1. */
  readonly partNumber: number;
  /** First byte. */
  readonly start: number;
  /** After the last byte. */
  readonly end: number;
}

/**
 * Lays out the parts to send. Every part but the last has the full size; a file of zero bytes has none, or
 * one empty part where the service asks for it.
 *
 * @param partNumbers - which ones; @default all
 * @throws RangeError when a number lies outside the file
 */
export function planParts(
  sizeBytes: number,
  transfer: { readonly partSizeBytes: number; readonly partCount: number },
  partNumbers: readonly number[] = Array.from({ length: transfer.partCount }, (_, index) => index + 1),
): PlannedPart[] {
  return partNumbers.map((partNumber) => {
    const start = (partNumber - 1) * transfer.partSizeBytes;
    if (partNumber < 1 || partNumber > transfer.partCount || start > sizeBytes) {
      throw new RangeError(`The service asks for part ${partNumber}, which the file does not have.`);
    }
    return { partNumber, start, end: Math.min(start + transfer.partSizeBytes, sizeBytes) };
  });
}

/** Cuts a list into runs of at most `size`. */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
