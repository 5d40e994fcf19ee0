import type { File } from '../domain/file.js';
import { vaultKeyOf } from '../domain/object-keys.js';
import type { FileStore, TenantScope } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';

/** What removing bytes needs. */
export interface RemoveBytesDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
}

/**
 * Removes what an ended file no longer needs: its staged bytes, fragments of parts included, and every sealed copy but the one it
 * serves. An infected file keeps its staged bytes, out of reach of every download, until it is deleted.
 * Idempotent; the sweeper calls it again until it was noted as done.
 *
 * @throws TransientError when the store or the database is not there
 */
export async function removeBytes(
  { files, objects }: RemoveBytesDeps,
  scope: TenantScope,
  file: File,
): Promise<void> {
  const fragments = await files.transact(scope, (tx) => tx.fragments(file.id));
  for (const { objectKey: key } of fragments) await objects.remove({ area: 'ingest', key });
  if (file.state !== 'INFECTED') await removeStaged(objects, file);
  for (let attempt = 1; attempt <= file.attempt; attempt += 1) {
    const key = vaultKeyOf(file.tenantId, file.id, attempt);
    if (key !== file.vaultKey) await objects.remove({ area: 'vault', key });
  }
  await files.transact(scope, (tx) => tx.markStagedRemoved(file.id));
}

async function removeStaged(objects: ObjectStore, { ingestKey, ingestHandle }: File): Promise<void> {
  if (ingestHandle !== null) await objects.abortUpload({ key: ingestKey, handle: ingestHandle });
  await objects.remove({ area: 'ingest', key: ingestKey });
}
