import type { Inspection } from './inspection.js';

/**
 * Removes the sealed copy of an attempt that did not end in a verdict. A commit whose confirmation was lost
 * looks like a failure too, so the database is asked first, waiting for whatever is still being written: a
 * copy that belongs to a clean file stays. What cannot be removed now is removed when the file ends.
 */
export async function discardSealedCopy({ deps, scope, file, sealedKey }: Inspection): Promise<void> {
  try {
    const current = await deps.files.transact(scope, (tx) => tx.findForUpdate(file.id));
    if (current?.vaultKey !== sealedKey) await deps.objects.remove({ area: 'vault', key: sealedKey });
  } catch {
    // Keeping too much is harmless; the sweeper finds it.
  }
}
