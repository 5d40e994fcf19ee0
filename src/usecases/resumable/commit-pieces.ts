import type { Actor } from '../../domain/actor.js';
import { FaultError } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { Clock } from '../../ports/clock.js';
import type { FileStore, FileTransaction } from '../../ports/file-store.js';
import { isSurelyAbsent } from '../surely-absent.js';
import { enterPieces, type Entering, type Entered } from './enter-pieces.js';
import { discardEntry, type Entry, type StorePieceDeps } from './store-piece.js';

/** What committing pieces needs. */
export interface CommitPiecesDeps extends StorePieceDeps {
  readonly files: FileStore;
  readonly clock: Clock;
}

/**
 * Enters stored bytes in a transaction of their own. What surely was not entered goes; where nobody knows, it stays.
 *
 * @throws FaultError CONFLICT; the error of the transaction
 */
export async function commitPieces(
  deps: CommitPiecesDeps,
  actor: Actor,
  file: File,
  entering: Entering,
): Promise<Entered> {
  try {
    const entered = await deps.files.transact(actor, (tx) =>
      enterPieces(tx, file, entering, deps.clock.now()),
    );
    if (entered.ok) return entered.value;
    throw new FaultError(entered.fault);
  } catch (error) {
    const { entries } = entering;
    const isEntered = (tx: FileTransaction): Promise<boolean> => isNamed(tx, file, entries);
    if (await isSurelyAbsent(deps.files, actor, file.id, error, isEntered)) {
      for (const entry of entries) await discardEntry(deps, file, entry);
    }
    throw error;
  }
}

/** They are entered together, or none is. */
async function isNamed(tx: FileTransaction, { id }: File, entries: readonly Entry[]): Promise<boolean> {
  const etags = new Set((await tx.parts(id)).map(({ etag }) => etag));
  const keys = new Set((await tx.fragments(id)).map(({ objectKey }) => objectKey));
  return entries.some((entry) =>
    entry.kind === 'part' ? etags.has(entry.part.etag) : keys.has(entry.fragment.objectKey),
  );
}
