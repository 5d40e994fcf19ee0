import type { DueFile } from '../../ports/backlog.js';
import { announce } from '../announce.js';
import { applyCommand } from '../apply.js';
import { removeBytes, type RemoveBytesDeps } from '../remove-bytes.js';
import { sweeperOf } from '../sweeper.js';
import type { EndDueReleaseDeps } from './end-due-release.js';

/**
 * Deletes an infected file whose content has been kept for long enough: the state says it, the quota is given back,
 * and the verdict stays on the record.
 *
 * @throws TransientError when the database or the store is away; what is not removed stays due
 */
export const endRetention =
  (deps: EndDueReleaseDeps & RemoveBytesDeps) =>
  async (due: DueFile): Promise<void> => {
    const { files, bus, clock } = deps;
    const scope = sweeperOf(due);
    const outcome = await files.transact(scope, async (tx) => {
      const file = await tx.findForUpdate(due.fileId);
      const held = file?.state === 'INFECTED' ? await tx.findQuarantine(file.id) : undefined;
      const isOver = held?.retainedUntil != null && held.retainedUntil <= clock.now();
      return file && isOver ? await applyCommand(tx, file, { kind: 'delete' }, clock.now()) : undefined;
    });
    if (outcome?.ok !== true) return;
    announce(bus, outcome.value);
    await removeBytes(deps, scope, outcome.value);
  };
