import { decideOverLetter } from '../../domain/dead-letter.js';
import type { FileId } from '../../domain/ids.js';
import type { FileTransaction } from '../../ports/file-store.js';

const REASON = 'The inspection of the file came to its end.';

/**
 * Discards what a refused job left behind, in the transaction that makes its file UNSCANNABLE: there is nothing that a
 * replay of it could change, and a verdict that was reached never reverts. Where the file is given up it makes
 * room for the dead letter that says why. The caller holds the lock of the file.
 */
export async function closeRefusedJob(
  tx: FileTransaction,
  fileId: FileId,
  { by, at }: { readonly by: string; readonly at: Date },
): Promise<void> {
  const query = { statuses: ['OPEN'], causes: ['PAYLOAD_REFUSED'], fileId, limit: 1 } as const;
  for (const { letter } of await tx.listDeadLetters(query)) {
    const decided = decideOverLetter(letter, { status: 'DISCARDED', by, reason: REASON }, at);
    if (decided.ok) await tx.changeDeadLetter(letter, decided.value);
  }
}
