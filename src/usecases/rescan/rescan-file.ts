import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { ok } from '../../domain/result.js';
import type { FileStore, FileTransaction } from '../../ports/file-store.js';
import { lockFile } from '../apply.js';
import type { FileIdInput } from '../end-file.js';
import { idempotently } from '../idempotent.js';

/** What asking needs. */
export interface RescanFileDeps {
  readonly files: FileStore;
  readonly settings: { readonly idempotencyTtlSeconds: number };
}

/**
 * Asks for another examination of a clean file, with the definitions of now. It happens soon, in the background; a hit
 * makes this and every other file with the same content INFECTED.
 *
 * @returns NOT_FOUND; CONFLICT unless the file is CLEAN
 */
export const rescanFile =
  ({ files, settings }: RescanFileDeps) =>
  async (actor: Actor, input: FileIdInput): Promise<Outcome<File>> => {
    const allowed = authorise(actor, 'file:rescan');
    if (!allowed.ok) return allowed;
    const ttlSeconds = settings.idempotencyTtlSeconds;
    return files.transact(actor, (tx) =>
      idempotently(tx, { actor, operation: 'rescanFile', input, ttlSeconds }, () => ask(tx, input.fileId)),
    );
  };

async function ask(tx: FileTransaction, fileId: string): Promise<Outcome<File>> {
  const locked = await lockFile(tx, fileId);
  if (!locked.ok) return locked;
  const { id, state, vaultKey } = locked.value;
  if (vaultKey === null) {
    return fault('CONFLICT', { message: `The file is ${state}: only a clean file is examined again.` });
  }
  await tx.askRescan(id, vaultKey);
  return ok(locked.value);
}
