import { isOpen, type FileState } from './file-state.js';
import type { File, Fragment, Part } from './file.js';
import { MAX_PARTS, partSizeAt } from './parts.js';

/** States of an upload that was given up: nothing of it can be continued. */
const GIVEN_UP: readonly FileState[] = ['CANCELLED', 'EXPIRED', 'DELETED'];

/**
 * Where an upload stands for somebody who sends it from front to back: `open` takes bytes, `complete` has all of
 * them, `over` was given up, also when nobody has noted yet that its time is over.
 */
export function uploadPhase(
  { state, expiresAt }: Pick<File, 'state' | 'expiresAt'>,
  now: Date,
): 'open' | 'complete' | 'over' {
  if (GIVEN_UP.includes(state)) return 'over';
  if (!isOpen(state)) return 'complete';
  return expiresAt !== null && expiresAt <= now ? 'over' : 'open';
}

/** Size of a part that is whole; of an upload of unknown length every part is as large as the others. */
export const wholePartBytes = (
  { sizeBytes, partSizeBytes }: Pick<File, 'sizeBytes' | 'partSizeBytes'>,
  partNumber: number,
): number | undefined =>
  sizeBytes === null
    ? partNumber <= MAX_PARTS
      ? partSizeBytes
      : undefined
    : partSizeAt(sizeBytes, partSizeBytes, partNumber);

/** How many bytes from the beginning of the file are durable without a gap. */
export function durablePrefix(
  file: Pick<File, 'sizeBytes' | 'partSizeBytes'>,
  parts: ReadonlyMap<number, Part>,
  fragments: readonly Fragment[],
): number {
  let partNumber = 1;
  let prefix = 0;
  for (;;) {
    const whole = wholePartBytes(file, partNumber);
    if (whole === undefined || parts.get(partNumber)?.sizeBytes !== whole) break;
    prefix += whole;
    partNumber += 1;
  }
  const beginning = fragments.filter((fragment) => fragment.partNumber === partNumber);
  return prefix + beginning.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
