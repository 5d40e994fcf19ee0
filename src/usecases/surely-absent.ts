import { UncertainError } from '../domain/errors.js';
import type { FileId } from '../domain/ids.js';
import type { FileStore, FileTransaction, TenantScope } from '../ports/file-store.js';

/**
 * Whether bytes that were stored for a file are named by none of its rows, after a transaction that was to enter them
 * has failed. Where that was in the middle of the commit the rows are asked: every such transaction took the row of the
 * file first, so whoever gets hold of it afterwards sees what the transaction came to.
 *
 * @param isNamed - reads whether a row names the bytes
 * @returns false also where nobody can tell
 */
export async function isSurelyAbsent(
  files: FileStore,
  scope: TenantScope,
  id: FileId,
  error: unknown,
  isNamed: (tx: FileTransaction) => Promise<boolean>,
): Promise<boolean> {
  if (!(error instanceof UncertainError)) return true;
  const ask = async (tx: FileTransaction): Promise<boolean> => {
    await tx.findForUpdate(id);
    return !(await isNamed(tx));
  };
  return files.transact(scope, ask).catch(() => false);
}
