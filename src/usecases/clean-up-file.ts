import { isTerminal } from '../domain/file-state.js';
import type { DueFile } from '../ports/backlog.js';
import { removeBytes, type RemoveBytesDeps } from './remove-bytes.js';
import { sweeperOf } from './sweeper.js';

/**
 * Removes the bytes that an ended file does not need. Asks the database again first: what is still being
 * received or inspected keeps all it has.
 *
 * @throws TransientError when the database or the store is away; the file stays due
 */
export const cleanUpFile =
  (deps: RemoveBytesDeps) =>
  async (due: DueFile): Promise<void> => {
    const scope = sweeperOf(due);
    const file = await deps.files.transact(scope, (tx) => tx.find(due.fileId));
    if (file && isTerminal(file.state)) await removeBytes(deps, scope, file);
  };
