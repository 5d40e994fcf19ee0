import type { File, Part } from './file.js';
import { partSizeAt } from './parts.js';

/** How a ledger differs from what the store lists. */
export interface PartDifference {
  /** Parts of the right size that the ledger does not have, or has with other bytes. */
  readonly enter: readonly Part[];
  /** Parts of the ledger that the store does not have, or has with a wrong size. */
  readonly drop: readonly Part[];
}

/**
 * Compares the ledger with the store's own list. Only what the store says counts: a part of another size than
 * the plan wants is no part, and one whose etag has changed has lost what was known of its bytes.
 *
 * @param afterPart - the list says nothing about parts up to this number
 */
export function compareParts(
  { sizeBytes, partSizeBytes }: Pick<File, 'sizeBytes' | 'partSizeBytes'>,
  ledger: readonly Part[],
  listed: readonly Omit<Part, 'sha256'>[],
  afterPart = 0,
): PartDifference {
  const known = new Map(ledger.map((part) => [part.partNumber, part]));
  const usable = listed.filter(
    (part) => part.sizeBytes === partSizeAt(sizeBytes ?? 0, partSizeBytes, part.partNumber),
  );
  const present = new Set(usable.map(({ partNumber }) => partNumber));
  return {
    enter: usable
      .filter((part) => !isSame(known.get(part.partNumber), part))
      .map((part) => ({ ...part, sha256: null })),
    drop: ledger.filter(({ partNumber }) => partNumber > afterPart && !present.has(partNumber)),
  };
}

/** Takes out whatever the ledger says otherwise by now: somebody who knew better has written it meanwhile. */
export function withoutOvertaken(
  { enter, drop }: PartDifference,
  before: readonly Part[],
  now: readonly Part[],
): PartDifference {
  const [old, current] = [byNumber(before), byNumber(now)];
  const isUntouched = ({ partNumber }: Part): boolean =>
    old.get(partNumber)?.etag === current.get(partNumber)?.etag;
  return { enter: enter.filter(isUntouched), drop: drop.filter(isUntouched) };
}

/** The highest part number up to which the ledger has every part. */
export function contiguousParts(ledger: readonly Part[]): number {
  const present = byNumber(ledger);
  let last = 0;
  while (present.has(last + 1)) last += 1;
  return last;
}

const byNumber = (parts: readonly Part[]): ReadonlyMap<number, Part> =>
  new Map(parts.map((part) => [part.partNumber, part]));

const isSame = (known: Part | undefined, part: Omit<Part, 'sha256'>): boolean =>
  known?.etag === part.etag && known.sizeBytes === part.sizeBytes;
