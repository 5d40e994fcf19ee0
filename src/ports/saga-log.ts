import type { FileId } from '../domain/ids.js';
import type { SagaEntry } from '../domain/saga-entry.js';
import type { LoggedStep, SagaName } from '../domain/saga.js';

/**
 * The part of a file transaction that knows what became of the steps of sagas. What follows from a change of state, from
 * the beginning of an inspection and from a removal is written with it, by the same statement, and needs no call.
 */
export interface SagaLogTransaction {
  /**
   * Adds to the log of a file, in the order given. Idempotent: a step ends once. The caller holds the lock of what the
   * entries tell of.
   */
  logSteps(id: FileId, entries: readonly SagaEntry[]): Promise<void>;
  /**
   * Notes that nothing is left in the store that an ended file does not need, which ends all sagas of it. Does nothing
   * when the file has changed since this version: then there may be more to remove.
   */
  markStagedRemoved(id: FileId, version: number): Promise<void>;
  /**
   * The log of a file, oldest line first.
   *
   * @param maxRuns - so many runs at most, those that began last; each of them is complete
   * @param names - of these sagas alone; @default all
   */
  sagaSteps(id: FileId, maxRuns: number, names?: readonly SagaName[]): Promise<readonly LoggedStep[]>;
}
