import { UncertainError } from '../domain/errors.js';
import type { FileId } from '../domain/ids.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';

/** Bytes in the store, as the rows of a file name them: parts by their etags, fragments by their keys. */
export interface BytesOfChange {
  /** What a transaction was to name. */
  readonly stored: readonly string[];
  /** What it was to name no more. */
  readonly replaced: readonly string[];
}

/**
 * What no row names, after a transaction that was to enter bytes for a file has failed, and what nobody will come to name.
 * Where that was in the middle of the commit the rows are asked: every such transaction took the row of the file first,
 * so whoever gets hold of it afterwards sees what the transaction came to, and what others made of it since. Without this
 * the bytes that were replaced would stay: only the answer to the commit would have told its sender to remove them.
 *
 * @returns nothing where nobody can tell
 */
export async function leftBehind(
  files: FileStore,
  scope: TenantScope,
  id: FileId,
  error: unknown,
  { stored, replaced }: BytesOfChange,
): Promise<ReadonlySet<string>> {
  if (!(error instanceof UncertainError)) return new Set(stored);
  let named: ReadonlySet<string> | undefined;
  const ask = async (tx: FileTransaction): Promise<void> => {
    await tx.findForUpdate(id);
    named = await readNames(tx, id);
  };
  // What was read with the row in hand is true however the reading ends.
  await files.transact(scope, ask).catch(() => undefined);
  return new Set(named ? [...stored, ...replaced].filter((name) => named?.has(name) !== true) : []);
}

async function readNames(tx: FileTransaction, id: FileId): Promise<ReadonlySet<string>> {
  const parts = await tx.parts(id);
  const fragments = await tx.fragments(id);
  return new Set([...parts.map(({ etag }) => etag), ...fragments.map(({ objectKey }) => objectKey)]);
}
