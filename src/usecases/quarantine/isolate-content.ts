import { PermanentError } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { quarantineKeyOf } from '../../domain/object-keys.js';
import { entriesOfMove } from '../../domain/saga-entry.js';
import type { FileStore, TenantScope } from '../../ports/file-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';

/** What isolating needs. */
export interface IsolateContentDeps {
  readonly files: FileStore;
  readonly objects: QuarantineArea;
  /** How long infected content is kept, in milliseconds. */
  readonly retentionMs: number;
}

/**
 * Moves the content of an infected file into the quarantine area. The verdict is committed before, with a row that
 * says so, and that the content has arrived is noted after: a crash in between repeats the move, which changes
 * nothing where it was done. Somebody who deletes the file meanwhile wins.
 *
 * @throws TransientError when the store or the database is not there
 */
export async function isolateContent(
  { files, objects, retentionMs }: IsolateContentDeps,
  scope: TenantScope,
  file: File,
): Promise<void> {
  const { id, tenantId, ingestKey } = file;
  const moving = await files.transact(scope, (tx) => tx.findQuarantine(id));
  // Without a row nothing says where the bytes belong, and what is not moved is about to be removed.
  if (!moving) throw new PermanentError('postgres', 'An infected file has no row in the quarantine.');
  if (moving.heldAt !== null || moving.removedAt !== null) return;
  const { sourceKey, quarantinedAt } = moving;
  const from =
    sourceKey === null
      ? { area: 'ingest' as const, key: ingestKey }
      : { area: 'vault' as const, key: sourceKey };
  const key = quarantineKeyOf(tenantId, id);
  const isThere = await objects.isolate(from, key);
  const isWanted = await files.transact(scope, async (tx) => {
    const current = await tx.findForUpdate(id);
    if (current?.state !== 'INFECTED') return false;
    const now = await tx.findQuarantine(id);
    if (isThere) await tx.markHeld(id, new Date(quarantinedAt.getTime() + retentionMs));
    else if (now?.heldAt === null) await tx.markRemoved(id, 'LOST');
    await tx.logSteps(id, entriesOfMove(isThere || now?.heldAt !== null));
    return true;
  });
  if (!isWanted) await objects.removeIsolated(key);
}
