import type { Inspection } from './inspection.js';

/**
 * Removes the sealed copy of an attempt that did not end in a verdict. A commit whose confirmation was lost
 * looks like a failure too, so the database is asked first, waiting for whatever is still being written: a
 * copy that was entered stays, for other files may refer to it by now. What cannot be removed now is removed
 * when the file ends.
 */
export async function discardSealedCopy({ deps, scope, file, sealedKey }: Inspection): Promise<void> {
  try {
    const copies = await deps.files.transact(scope, async (tx) => {
      await tx.findForUpdate(file.id);
      return await tx.contentKeys([sealedKey]);
    });
    if (!copies.has(sealedKey)) await deps.objects.remove({ area: 'vault', key: sealedKey });
  } catch {
    // Keeping too much is harmless; the sweeper finds it.
  }
}
