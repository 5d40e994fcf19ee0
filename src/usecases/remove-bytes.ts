import type { File } from '../domain/file.js';
import { vaultKeyOf } from '../domain/object-keys.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';
import type { ObjectStore } from '../ports/object-store.js';

/** What removing bytes needs. */
export interface RemoveBytesDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
}

/**
 * Removes what an ended file no longer needs: its staged bytes, fragments of parts included, the sealed copies
 * of its attempts that stand for no content, and the copy it served when no file refers to that any more. An
 * infected file keeps its staged bytes, out of reach of every download, until it is deleted. Idempotent; the
 * sweeper calls it again until it was noted as done.
 *
 * @throws TransientError when the store or the database is not there
 */
export async function removeBytes(
  { files, objects }: RemoveBytesDeps,
  scope: TenantScope,
  file: File,
): Promise<void> {
  const { fragments, sealed, unreferenced } = await files.transact(scope, (tx) => findRests(tx, file));
  for (const key of fragments) await objects.remove({ area: 'ingest', key });
  if (file.state !== 'INFECTED') await removeStaged(objects, file);
  else await objects.keep?.({ area: 'ingest', key: file.ingestKey });
  for (const key of [...sealed, ...unreferenced]) await objects.remove({ area: 'vault', key });
  await files.transact(scope, async (tx) => {
    await tx.forgetContents(unreferenced);
    await tx.markStagedRemoved(file.id);
  });
}

interface Rests {
  /** Keys in the ingest area. */
  readonly fragments: readonly string[];
  /** Keys in the vault: of attempts that came to nothing. No ended file begins another that could enter them. */
  readonly sealed: readonly string[];
  /** Keys in the vault: once without references, a copy stays so. */
  readonly unreferenced: readonly string[];
}

async function findRests(tx: FileTransaction, file: File): Promise<Rests> {
  const { id, tenantId, attempt, vaultKey, sha256 } = file;
  const fragments = (await tx.fragments(id)).map(({ objectKey }) => objectKey);
  const own = Array.from({ length: attempt }, (_, index) => vaultKeyOf(tenantId, id, index + 1));
  const others = own.filter((key) => key !== vaultKey);
  const copies = await tx.contentKeys(others);
  const hasGivenUp = sha256 !== null && vaultKey === null;
  return {
    fragments,
    sealed: others.filter((key) => !copies.has(key)),
    unreferenced: hasGivenUp ? await tx.unreferencedKeys(sha256) : [],
  };
}

async function removeStaged(objects: ObjectStore, { ingestKey, ingestHandle }: File): Promise<void> {
  if (ingestHandle !== null) await objects.abortUpload({ key: ingestKey, handle: ingestHandle });
  await objects.remove({ area: 'ingest', key: ingestKey });
}
