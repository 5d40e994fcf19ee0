import { decideOverLetter } from '../../domain/dead-letter.js';
import type { DueDeadLetter } from '../../ports/backlog.js';
import type { Clock } from '../../ports/clock.js';
import type { FileStore } from '../../ports/file-store.js';
import { sweeperOf } from '../sweeper.js';

/** What ending the time of dead letters needs. */
export interface ExpireDeadLetterDeps {
  readonly files: FileStore;
  readonly clock: Clock;
}

/**
 * Discards a dead letter that nobody decided over in its time. Idempotent.
 *
 * @throws TransientError when the database is away; the letter stays due
 */
export const expireDeadLetter =
  ({ files, clock }: ExpireDeadLetterDeps) =>
  async (due: DueDeadLetter): Promise<void> => {
    const scope = sweeperOf(due);
    await files.transact(scope, async (tx) => {
      await tx.findForUpdate(due.fileId);
      const found = await tx.findDeadLetter(due.deadLetterId);
      if (!found) return;
      const reason = 'Nobody decided over it in its time.';
      const decision = { status: 'DISCARDED', by: scope.subject, reason } as const;
      const decided = decideOverLetter(found.letter, decision, clock.now());
      if (decided.ok) await tx.changeDeadLetter(found.letter, decided.value);
    });
  };
