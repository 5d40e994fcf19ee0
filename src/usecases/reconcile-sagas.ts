import { isTerminal } from '../domain/file-state.js';
import type { DueFile } from '../ports/backlog.js';
import { settleBytes, type SettleBytesDeps } from './settle-bytes.js';
import { sweeperOf } from './sweeper.js';

/** Runs that are read of the log: what is still open stands among the newest. */
const MAX_RUNS = 100;

/**
 * Carries the sagas of an ended file to their end from where their log says that they stand: what is past its pivot is
 * finished, what came to nothing is undone. Asks the database again first: what is still being received or inspected
 * keeps all it has, and so does what was given up until somebody has decided over it.
 *
 * @throws TransientError when the database or the store is away; the file stays due
 */
export const reconcileSagas =
  (deps: SettleBytesDeps) =>
  async (due: DueFile): Promise<void> => {
    const scope = sweeperOf(due);
    const { file, log, mayBeReplayed } = await deps.files.transact(scope, async (tx) => ({
      file: await tx.find(due.fileId),
      log: await tx.sagaSteps(due.fileId, MAX_RUNS),
      mayBeReplayed: await tx.hasOpenDeadLetter(due.fileId),
    }));
    if (!file || !isTerminal(file.state)) return;
    if (file.state === 'UNSCANNABLE' && mayBeReplayed) return;
    await settleBytes(deps, scope, file, { log });
  };
