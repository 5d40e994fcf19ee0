import { isOpen } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import type { DueFile } from '../ports/backlog.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore } from '../ports/file-store.js';
import { announce } from './announce.js';
import { applyCommand } from './apply.js';
import { sweeperOf } from './sweeper.js';

/** What expiring needs. */
export interface ExpireUploadDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/**
 * Gives up an upload whose time is over. Its bytes are removed by the clean-up that follows. An upload that
 * was completed, cancelled or extended in the meantime is left alone.
 *
 * @throws TransientError when the database is away
 */
export const expireUpload =
  ({ files, bus, clock }: ExpireUploadDeps) =>
  async (due: DueFile): Promise<void> => {
    const hasExpired = await files.transact(sweeperOf(due), async (tx) => {
      const file = await tx.findForUpdate(due.fileId);
      if (!file || !isOverdue(file, clock.now())) return false;
      return (await applyCommand(tx, file, { kind: 'expire' }, clock.now())).ok;
    });
    if (hasExpired) announce(bus, { id: due.fileId, tenantId: due.tenantId });
  };

const isOverdue = (file: File, now: Date): boolean =>
  isOpen(file.state) && file.expiresAt !== null && file.expiresAt <= now;
