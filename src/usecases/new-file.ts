import type { Actor } from '../domain/actor.js';
import { UncertainError, type Outcome } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import type { FileId } from '../domain/ids.js';
import { ingestKeyOf } from '../domain/object-keys.js';
import { choosePartSize } from '../domain/parts.js';
import type { TenantPolicy } from '../domain/policy.js';
import type { Clock } from '../ports/clock.js';
import type { FileStore } from '../ports/file-store.js';
import type { Ids } from '../ports/ids.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { CheckedInput } from './check-new-file.js';

/** What making a new file needs. */
export interface NewFileDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: { readonly sessionTtlSeconds: number };
}

/** A file that is not written anywhere yet, and what its tenant accepts. */
export interface NewFile {
  readonly file: File;
  readonly policy: TenantPolicy;
}

/**
 * Opens the store's upload and makes the file that refers to it, not yet written anywhere. The database is
 * asked first: while it is away, clients that try again must not fill the store with uploads of no file.
 *
 * @throws TransientError of the database or the store
 */
export async function newFile(
  { files, objects, clock, ids, settings }: NewFileDeps,
  actor: Actor,
  draft: CheckedInput &
    Pick<File, 'sizeBytes' | 'partSizeBytes'> &
    Partial<Pick<File, 'transferMode' | 'isPartSizeOpen'>>,
): Promise<NewFile> {
  const id = ids.fileId();
  const ingestKey = ingestKeyOf(actor.tenantId, id);
  const policy = await files.transact(actor, (tx) => tx.policy());
  const { handle } = await objects.beginUpload(ingestKey);
  const createdAt = clock.now();
  const expiresAt = new Date(createdAt.getTime() + settings.sessionTtlSeconds * 1000);
  const file = { ...blankFile(actor, id, createdAt), ...draft, ingestHandle: handle, expiresAt };
  return { file, policy };
}

/** Makes a file whose bytes are stored already, so that nothing is opened for it. Not written anywhere. */
export const makeStoredFile = (
  actor: Actor,
  draft: CheckedInput & { readonly sizeBytes: number },
  id: FileId,
  createdAt: Date,
): File => ({
  ...blankFile(actor, id, createdAt),
  ...draft,
  partSizeBytes: choosePartSize(draft.sizeBytes),
});

type Blank = Omit<File, keyof CheckedInput | 'sizeBytes' | 'partSizeBytes'>;

const blankFile = ({ tenantId, subject }: Actor, id: FileId, createdAt: Date): Blank => ({
  transferMode: 'PROXIED',
  isPartSizeOpen: false,
  id,
  tenantId,
  version: 1,
  detectedType: null,
  sha256: null,
  state: 'PENDING',
  verdict: null,
  receivedBytes: 0,
  scannedBytes: 0,
  ingestHandle: null,
  ingestKey: ingestKeyOf(tenantId, id),
  vaultKey: null,
  attempt: 0,
  appendToken: 0,
  expiresAt: null,
  createdBy: subject,
  createdAt,
  updatedAt: createdAt,
});

/**
 * Writes the row of a new file, among whatever else. Where it surely was not written, because another file was the
 * answer, the write was refused or it failed, the store's upload is closed: nobody will come to refer to it. Where
 * nobody knows it stays, and the collector finds it if it is for nothing.
 *
 * @param idOf - of the file that the outcome tells of
 */
export async function writeNewFile<T>(
  objects: ObjectStore,
  file: File,
  write: () => Promise<Outcome<T>>,
  idOf: (value: T) => FileId,
): Promise<Outcome<T>> {
  let isUsed = false;
  try {
    const written = await write();
    isUsed = written.ok && idOf(written.value) === file.id;
    return written;
  } catch (error) {
    isUsed = error instanceof UncertainError;
    throw error;
  } finally {
    if (!isUsed) await discardNewFile(objects, file);
  }
}

/** Best effort: what this misses, the collector finds. */
async function discardNewFile(objects: ObjectStore, file: File): Promise<void> {
  if (file.ingestHandle === null) return;
  await objects.abortUpload({ key: file.ingestKey, handle: file.ingestHandle }).catch(() => undefined);
}
