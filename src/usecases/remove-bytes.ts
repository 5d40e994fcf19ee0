import type { File } from '../domain/file.js';
import { quarantineKeyOf, vaultKeyOf } from '../domain/object-keys.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { QuarantineArea } from '../ports/quarantine-area.js';

/** What removing bytes needs. */
export interface RemoveBytesDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore & QuarantineArea;
}

/**
 * Removes what an ended file no longer needs: its staged bytes, fragments of parts included, the sealed copies
 * of its attempts that stand for no content, the copy it served when no file refers to that any more, and of a deleted
 * file what the quarantine held. Idempotent; the sweeper calls it again until it was noted as done. A file that has
 * changed meanwhile, by its deletion or a later finding, stays due: there is more to remove, and not by us.
 *
 * @param known - what there is to be removed, where the transaction that ended the file has looked already
 * @throws TransientError when the store or the database is not there
 */
export async function removeBytes(
  { files, objects }: RemoveBytesDeps,
  scope: TenantScope,
  file: File,
  known?: Rests,
): Promise<void> {
  const rests = known ?? (await files.transact(scope, (tx) => findRests(tx, file)));
  const { fragments, sealed, unreferenced, isolated } = rests;
  for (const key of fragments) await objects.remove({ area: 'ingest', key });
  await removeStaged(objects, file);
  for (const key of [...sealed, ...unreferenced]) await objects.remove({ area: 'vault', key });
  if (isolated !== null) await objects.removeIsolated(isolated);
  await files.transact(scope, async (tx) => {
    await tx.forgetContents(unreferenced);
    if (isolated !== null) await noteRemoval(tx, file);
    await tx.markStagedRemoved(file.id, file.version);
  });
}

/** What was deleted after its time was over was deleted because of that. */
async function noteRemoval(tx: FileTransaction, { id, updatedAt }: File): Promise<void> {
  const held = await tx.findQuarantine(id);
  const isOver = held?.retainedUntil != null && held.retainedUntil <= updatedAt;
  await tx.markRemoved(id, isOver ? 'RETENTION' : 'DELETED');
}

/** What an ended file has left behind. */
export interface Rests {
  /** Keys in the ingest area. */
  readonly fragments: readonly string[];
  /** Keys in the vault: of attempts that came to nothing. No ended file begins another that could enter them. */
  readonly sealed: readonly string[];
  /** Keys in the vault: once without references, a copy stays so. */
  readonly unreferenced: readonly string[];
  /** Key in the quarantine area, of a deleted file that was infected. */
  readonly isolated: string | null;
}

/** Finds it, in the transaction that ended the file or in a later one. */
export async function findRests(tx: FileTransaction, file: File): Promise<Rests> {
  const { id, tenantId, attempt, vaultKey, sha256, state } = file;
  const fragments = (await tx.fragments(id)).map(({ objectKey }) => objectKey);
  const own = Array.from({ length: attempt }, (_, index) => vaultKeyOf(tenantId, id, index + 1));
  const others = own.filter((key) => key !== vaultKey);
  const copies = await tx.contentKeys(others);
  const wasInfected = state === 'DELETED' && (await tx.findQuarantine(id)) !== undefined;
  const hasGivenUp = sha256 !== null && vaultKey === null;
  return {
    fragments,
    sealed: others.filter((key) => !copies.has(key)),
    unreferenced: hasGivenUp ? await tx.unreferencedKeys(sha256) : [],
    isolated: wasInfected ? quarantineKeyOf(tenantId, id) : null,
  };
}

async function removeStaged(objects: ObjectStore, { ingestKey, ingestHandle }: File): Promise<void> {
  if (ingestHandle !== null) await objects.abortUpload({ key: ingestKey, handle: ingestHandle });
  await objects.remove({ area: 'ingest', key: ingestKey });
}
