import type { File } from '../domain/file.js';
import type { Clock } from '../ports/clock.js';
import type { FileTransaction } from '../ports/file-store.js';

/** How long a count holds, for each file that was counted. */
const HOLDS_MS_PER_FILE = 1;

/** How many files are inspected before one; `null` when it does not wait. */
export type PlaceInQueue = (
  tx: Pick<FileTransaction, 'queuePosition'>,
  file: Pick<File, 'id' | 'state' | 'version' | 'attempt'>,
) => Promise<number | null>;

/**
 * Counts the files before one that somebody watches: the more there are, the more rarely. Each count reads them all, so
 * that many who watch a long queue would otherwise leave the database no time for anybody else. Of a thousand files the
 * place is as it was a second ago; that the inspection has begun is seen at once.
 */
export function createPlaceInQueue({ clock }: { readonly clock: Clock }): PlaceInQueue {
  let last: { readonly place: number; readonly of: string; readonly holdsUntilMs: number } | undefined;
  return async (tx, file) => {
    if (file.state !== 'SCANNING') return null;
    const atMs = clock.now().getTime();
    const of = `${file.id} ${String(file.version)} ${String(file.attempt)}`;
    if (last?.of === of && atMs < last.holdsUntilMs) return last.place;
    const place = await tx.queuePosition(file.id);
    last = place === null ? undefined : { place, of, holdsUntilMs: atMs + place * HOLDS_MS_PER_FILE };
    return place;
  };
}
