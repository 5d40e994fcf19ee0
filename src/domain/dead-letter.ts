import { fault, type Outcome } from './errors.js';
import type { AttemptEnd } from './failure.js';
import type { FileId, TenantId } from './ids.js';
import { checkReason } from './new-release.js';
import { ok } from './result.js';

/** Why an inspection was given up. */
export const DEAD_LETTER_CAUSES = [
  'PAYLOAD_REFUSED',
  'PERMANENT_FAILURE',
  'ATTEMPTS_USED_UP',
  'UNKNOWN_FAILURE',
  'STALLED',
] as const;

/** Why an inspection was given up. */
export type DeadLetterCause = (typeof DEAD_LETTER_CAUSES)[number];

/** What became of a dead letter. */
export const DEAD_LETTER_STATUSES = ['OPEN', 'REPLAYED', 'DISCARDED'] as const;

/** What became of a dead letter. */
export type DeadLetterStatus = (typeof DEAD_LETTER_STATUSES)[number];

/** An inspection that was given up, kept with its cause until somebody decides over it. */
export interface DeadLetter {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  /** Grows by one with the change of status. */
  readonly version: number;
  readonly status: DeadLetterStatus;
  readonly cause: DeadLetterCause;
  /** How the last attempt ended. */
  readonly failureClass: AttemptEnd;
  /** One sentence that anybody may read. */
  readonly message: string;
  /** Inspections begun before it was given up, over the whole life of the file. */
  readonly attempt: number;
  readonly createdAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly reason: string | null;
}

/** What is known of an inspection when it is given up. */
export type NewDeadLetter = Pick<DeadLetter, 'cause' | 'failureClass' | 'message' | 'attempt'>;

/** One attempt that ended without a verdict. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly failureClass: AttemptEnd;
  readonly message: string;
  readonly occurredAt: Date;
}

/** What somebody decided. */
export interface LetterDecision {
  readonly status: Exclude<DeadLetterStatus, 'OPEN'>;
  readonly by: string;
  readonly reason: string | null;
}

/**
 * The only rule book of a dead letter: it is decided over once.
 *
 * @returns CONFLICT when that has happened; BAD_USER_INPUT for a reason that nobody could read
 */
export function decideOverLetter(
  letter: DeadLetter,
  { status, by, reason }: LetterDecision,
  at: Date,
): Outcome<DeadLetter> {
  if (letter.status !== 'OPEN') return fault('CONFLICT', { message: `The dead letter is ${letter.status}.` });
  const checked = reason === null ? ok(null) : checkReason(reason);
  if (!checked.ok) return checked;
  const version = letter.version + 1;
  return ok({ ...letter, status, version, decidedBy: by, decidedAt: at, reason: checked.value });
}
