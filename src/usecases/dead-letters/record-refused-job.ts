import type { FileId, TenantId } from '../../domain/ids.js';
import type { FileStore, TenantScope } from '../../ports/file-store.js';

/** Of whom a payload speaks that nobody can read otherwise. */
export interface RefusedJob {
  readonly tenantId: TenantId;
  readonly fileId: FileId;
}

/**
 * Keeps as a dead letter that a job was refused whose payload is none of ours but names a file. The file is
 * inspected all the same, by a job that is made of what the database says. Whoever can write to the queue is not trusted:
 * however many such jobs come, a file has one letter that is open.
 *
 * @returns whether there is such a file, and it waits for its verdict
 * @throws TransientError when the database is away
 */
export const recordRefusedJob =
  ({ files }: { readonly files: FileStore }) =>
  async ({ tenantId, fileId }: RefusedJob): Promise<boolean> => {
    const scope: TenantScope = { tenantId, subject: 'system:inspection', correlationId: `refused-${fileId}` };
    return files.transact(scope, async (tx) => {
      // Locked, so that none is left behind by who decides over the file at the same time.
      const file = await tx.findForUpdate(fileId);
      if (file?.state !== 'SCANNING') return false;
      await tx.addDeadLetter(fileId, {
        cause: 'PAYLOAD_REFUSED',
        failureClass: 'PERMANENT',
        message: 'A job in the queue was none that the service makes.',
        attempt: file.attempt,
      });
      return true;
    });
  };
