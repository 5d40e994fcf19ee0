import type { File } from './file.js';
import type { SagaEntry } from './saga-entry.js';
import { sagasOf } from './saga-standing.js';
import type { LoggedStep } from './saga.js';

/** What may be left to do in the store for the sagas of an ended file, in this order. */
export type Remaining = 'MOVE' | 'REMOVE';

/**
 * What is left to do for an ended file that is due. The removal is the last step of every saga, and does no harm where
 * there is nothing to remove. The move is left out only where the log says that the content has arrived: of a file from
 * before there was a log everything is done.
 */
export function remainingOf(
  { state }: Pick<File, 'state'>,
  log: readonly LoggedStep[],
): readonly Remaining[] {
  if (state !== 'INFECTED') return ['REMOVE'];
  const quarantine = sagasOf(log).findLast(({ name }) => name === 'QUARANTINE');
  const hasArrived = quarantine !== undefined && quarantine.next?.step !== 'MOVE';
  return hasArrived ? ['REMOVE'] : ['MOVE', 'REMOVE'];
}

const failsIfOpen = { run: null, outcome: 'FAILED', after: ['STARTED', 'FAILED'] } as const;

/** What a failure means. The same one again is not written again: a store may be away for days. */
export const ENTRIES_OF_FAILURE: Readonly<Record<Remaining, readonly SagaEntry[]>> = {
  MOVE: [{ ...failsIfOpen, saga: 'QUARANTINE', step: 'MOVE' }],
  REMOVE: [
    { ...failsIfOpen, saga: 'INSPECTION', step: 'CLEAN_UP' },
    { ...failsIfOpen, saga: 'QUARANTINE', step: 'CLEAN_UP' },
    { ...failsIfOpen, saga: 'DELETION', step: 'REMOVE' },
  ],
};
