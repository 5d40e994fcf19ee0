import { authorise, type Actor } from '../../domain/actor.js';
import { decideOverLetter, type DeadLetter, type LetterDecision } from '../../domain/dead-letter.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { parseFileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import type { Clock } from '../../ports/clock.js';
import type { LetterOfFile } from '../../ports/dead-letters.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore, FileTransaction } from '../../ports/file-store.js';
import { announce } from '../announce.js';
import { applyCommand } from '../apply.js';
import { idempotentlyAs } from '../idempotent.js';
import { LETTER_CODEC } from './letter-codec.js';

/** What deciding over dead letters needs. */
export interface DecideDeadLetterDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly settings: { readonly idempotencyTtlSeconds: number };
}

/** Which dead letter, and why. */
export interface DeadLetterInput {
  readonly deadLetterId: string;
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

type Decide = (actor: Actor, input: DeadLetterInput) => Promise<Outcome<LetterOfFile>>;

/**
 * Has a file inspected anew whose inspection was given up. It goes back to SCANNING with the bytes that were kept for
 * this, and gets as many attempts as a new one.
 *
 * @returns NOT_FOUND; CONFLICT when the letter is decided over, or the file has a verdict or is deleted
 */
export const replayDeadLetter = (deps: DecideDeadLetterDeps): Decide =>
  decideWith(deps, 'replayDeadLetter', 'REPLAYED', reopen);

/**
 * Lets a dead letter be: the file stays UNSCANNABLE, and its bytes go.
 *
 * @returns NOT_FOUND; BAD_USER_INPUT without a reason; CONFLICT when the letter is decided over
 */
export const discardDeadLetter = (deps: DecideDeadLetterDeps): Decide =>
  decideWith(deps, 'discardDeadLetter', 'DISCARDED', (_tx, file) => Promise.resolve(ok(file)));

const decideWith =
  (
    { files, bus, clock, settings }: DecideDeadLetterDeps,
    operation: string,
    status: LetterDecision['status'],
    treat: (tx: FileTransaction, file: File, at: Date) => Promise<Outcome<File>>,
  ): Decide =>
  async (actor, input) => {
    const allowed = authorise(actor, 'deadletter:manage');
    if (!allowed.ok) return allowed;
    const { deadLetterId } = input;
    const reason = input.reason ?? (status === 'DISCARDED' ? '' : null);
    const request = { actor, operation, input, ttlSeconds: settings.idempotencyTtlSeconds };
    const outcome = await files.transact(actor, (tx) =>
      idempotentlyAs(LETTER_CODEC, tx, request, async () => {
        const found = parseFileId(deadLetterId) && (await tx.findDeadLetter(deadLetterId));
        if (!found) return fault('NOT_FOUND');
        return decide(tx, found.letter, { status, by: actor.subject, reason }, treat, clock.now());
      }),
    );
    if (outcome.ok) announce(bus, outcome.value.file);
    return outcome;
  };

/** The file is locked first, as whoever deletes it does, and only then the letter. */
async function decide(
  tx: FileTransaction,
  letter: DeadLetter,
  decision: LetterDecision,
  treat: (tx: FileTransaction, file: File, at: Date) => Promise<Outcome<File>>,
  at: Date,
): Promise<Outcome<LetterOfFile>> {
  const locked = await tx.findForUpdate(letter.fileId);
  if (!locked) return fault('NOT_FOUND');
  const decided = decideOverLetter(letter, decision, at);
  if (!decided.ok) return decided;
  const treated = await treat(tx, locked, at);
  if (!treated.ok) return treated;
  if (!(await tx.changeDeadLetter(letter, decided.value))) {
    return fault('CONFLICT', { message: 'The dead letter was decided over at the same time.' });
  }
  return ok({ letter: decided.value, file: treated.value });
}

/** Of a payload that was refused the file is inspected all the same: there is nothing to be done with it. */
const reopen = (tx: FileTransaction, file: File, at: Date): Promise<Outcome<File>> =>
  file.state === 'SCANNING' ? Promise.resolve(ok(file)) : applyCommand(tx, file, { kind: 'replay' }, at);
