import { authorise, type Actor } from '../../domain/actor.js';
import type { DeadLetterCause } from '../../domain/dead-letter.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { parseFileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import type { LetterOfFile, LetterQuery } from '../../ports/dead-letters.js';
import { discardDeadLetter, replayDeadLetter, type DecideDeadLetterDeps } from './decide-dead-letter.js';

/** Which open dead letters of the tenant, how many of them at most, and why. */
export interface DeadLettersInput {
  readonly causes?: readonly DeadLetterCause[] | undefined;
  readonly fileId?: string | undefined;
  /** 1 to {@link MAX_DECIDED}. */
  readonly limit: number;
  readonly reason?: string | undefined;
}

/** What became of them. */
export interface DecidedDeadLetters {
  readonly decidedCount: number;
  /** Those that somebody else decided over meanwhile, or whose file no longer allows it. */
  readonly skippedCount: number;
  /** Open ones that match and are left. */
  readonly remainingCount: number;
}

/** Dead letters that are decided over by one call. */
export const MAX_DECIDED = 100;

type DecideMany = (actor: Actor, input: DeadLettersInput) => Promise<Outcome<DecidedDeadLetters>>;

/** Replays open dead letters, newest first. BAD_USER_INPUT for a limit out of range. */
export const replayDeadLetters = (deps: DecideDeadLetterDeps): DecideMany =>
  decideMany(deps, replayDeadLetter(deps));

/** Discards open dead letters, newest first. BAD_USER_INPUT without a reason, or for a limit out of range. */
export const discardDeadLetters = (deps: DecideDeadLetterDeps): DecideMany =>
  decideMany(deps, discardDeadLetter(deps));

/**
 * Each is decided over as if it were alone, in a transaction and with an audit row of its own: where a dependency fails
 * midway, those before it stay decided, and the same call goes on with the others.
 */
const decideMany =
  ({ files }: DecideDeadLetterDeps, decideOne: ReturnType<typeof replayDeadLetter>): DecideMany =>
  async (actor, { limit, reason, ...filter }) => {
    const allowed = authorise(actor, 'deadletter:manage');
    if (!allowed.ok) return allowed;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_DECIDED) {
      const message = `The limit must be from 1 to ${String(MAX_DECIDED)}.`;
      return fault('BAD_USER_INPUT', { message, field: 'limit' });
    }
    const query = queryOf(filter);
    if (!query) return ok({ decidedCount: 0, skippedCount: 0, remainingCount: 0 });
    const letters = await files.transact(actor, (tx) => tx.listDeadLetters({ ...query, limit }));
    const decided = await decideEach(letters, (deadLetterId) => decideOne(actor, { deadLetterId, reason }));
    if (!decided.ok) return decided;
    const remainingCount = await files.transact(actor, (tx) => tx.countDeadLetters(query));
    const decidedCount = decided.value;
    return ok({ decidedCount, skippedCount: letters.length - decidedCount, remainingCount });
  };

async function decideEach(
  letters: readonly LetterOfFile[],
  decide: (id: string) => Promise<Outcome<unknown>>,
): Promise<Outcome<number>> {
  let decidedCount = 0;
  for (const { letter } of letters) {
    const outcome = await decide(letter.id);
    if (outcome.ok) decidedCount += 1;
    else if (outcome.fault.code !== 'CONFLICT' && outcome.fault.code !== 'NOT_FOUND') return outcome;
  }
  return ok(decidedCount);
}

/** Nothing matches an id that is none. */
function queryOf({
  causes,
  fileId,
}: Pick<DeadLettersInput, 'causes' | 'fileId'>): Omit<LetterQuery, 'limit' | 'after'> | undefined {
  const id = fileId === undefined ? undefined : parseFileId(fileId);
  if (fileId !== undefined && !id) return undefined;
  return { statuses: ['OPEN'], ...(causes && { causes }), ...(id && { fileId: id }) };
}
