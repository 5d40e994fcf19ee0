import { isTerminal } from '../domain/file-state.js';
import type { DueFile } from '../ports/backlog.js';
import { settleBytes, type SettleBytesDeps } from './settle-bytes.js';
import { sweeperOf } from './sweeper.js';

/**
 * Settles the bytes of an ended file, infected ones in the quarantine, and removes what it does not need. Asks the database again first: what is still being
 * received or inspected keeps all it has, and so does what was given up until somebody has decided over it.
 *
 * @throws TransientError when the database or the store is away; the file stays due
 */
export const cleanUpFile =
  (deps: SettleBytesDeps) =>
  async (due: DueFile): Promise<void> => {
    const scope = sweeperOf(due);
    const file = await deps.files.transact(scope, async (tx) =>
      (await tx.hasOpenDeadLetter(due.fileId)) ? undefined : await tx.find(due.fileId),
    );
    if (file && isTerminal(file.state)) await settleBytes(deps, scope, file);
  };
