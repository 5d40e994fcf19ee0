import { isTerminal } from '../domain/file-state.js';
import type { File } from '../domain/file.js';
import { vaultKeyOf } from '../domain/object-keys.js';
import type { DueFile } from '../ports/backlog.js';
import type { FileStore } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';
import { sweeperOf } from './sweeper.js';

/** What removing needs. */
export interface RemoveStagedDeps {
  readonly fileStore: FileStore;
  readonly objectStore: ObjectStore;
}

/**
 * Removes the bytes that an ended file does not need: the open multipart upload, the staged object, and
 * sealed copies of inspections that did not decide, or of a file that was deleted. Notes it only after all
 * of them are gone, so that a crash repeats it. What the file still serves is never touched.
 *
 * @throws TransientError when the database or the store is away; the file stays due
 */
export const removeStaged =
  ({ fileStore, objectStore }: RemoveStagedDeps) =>
  async (due: DueFile, signal?: AbortSignal): Promise<void> => {
    const scope = sweeperOf(due);
    const file = await fileStore.transact(scope, (tx) => tx.find(due.fileId));
    if (!file || !isTerminal(file.state)) return;
    await removeBytes(objectStore, file, signal);
    await fileStore.transact(scope, async (tx) => {
      if (file.ingestHandle !== null) await tx.setIngestHandle(file.id, null);
      await tx.markStagedRemoved(file.id);
    });
  };

async function removeBytes(store: ObjectStore, file: File, signal?: AbortSignal): Promise<void> {
  const { ingestHandle: handle, ingestKey: key } = file;
  if (handle !== null) await store.abortUpload({ key, handle }, signal);
  await store.remove({ area: 'ingest', key }, signal);
  for (const vaultKey of abandonedCopies(file)) await store.remove({ area: 'vault', key: vaultKey }, signal);
}

/** Keys of every inspection that was begun, but for the one that is served. Bounded by the number of attempts. */
const abandonedCopies = ({ tenantId, id, attempt, vaultKey }: File): string[] =>
  Array.from({ length: attempt }, (_, index) => vaultKeyOf(tenantId, id, index + 1)).filter(
    (key) => key !== vaultKey,
  );
