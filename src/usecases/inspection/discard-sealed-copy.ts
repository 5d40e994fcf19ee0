import { entriesOfDiscard, entriesOfLostAttempt } from '../../domain/saga-entry.js';
import { sagaCauseOf } from '../saga-cause.js';
import type { Inspection } from './inspection.js';

/**
 * Undoes what an attempt did that did not end in a verdict: removes its sealed copy. A commit whose confirmation was lost
 * looks like a failure too, so the database is asked first, waiting for whatever is still being written: a
 * copy that was entered stays, for other files may refer to it by now. What cannot be removed now is removed
 * when the file ends.
 *
 * @param cause - why the attempt failed
 */
export async function discardSealedCopy(
  { deps, scope, file, sealedKey }: Inspection,
  cause: unknown,
): Promise<void> {
  const { id, attempt } = file;
  try {
    const copies = await deps.files.transact(scope, async (tx) => {
      await tx.findForUpdate(id);
      await tx.logSteps(id, entriesOfLostAttempt(attempt, sagaCauseOf(cause)));
      return await tx.contentKeys([sealedKey]);
    });
    if (copies.has(sealedKey)) return;
    await deps.objects.remove({ area: 'vault', key: sealedKey });
    await deps.files.transact(scope, (tx) => tx.logSteps(id, entriesOfDiscard(attempt)));
  } catch {
    // Keeping too much is harmless; the reconciler finds it.
  }
}
