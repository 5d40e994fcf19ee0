import type { Actor } from '../../domain/actor.js';
import type { Outcome } from '../../domain/errors.js';
import { checkReason } from '../../domain/new-release.js';
import type { Permission } from '../../domain/permissions.js';
import type { Release, ReleaseCommand } from '../../domain/release.js';
import { ok } from '../../domain/result.js';
import { applyToRelease, findRelease, workOnRelease, type ReleaseDeps } from './work-on-release.js';

/** Which release, and why. */
export interface DecideReleaseInput {
  readonly releaseId: string;
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

/** The same where a reason must be written down. */
export type ReasonedInput = DecideReleaseInput & { readonly reason: string };

/**
 * Lets infected content out until the release expires. Whoever asked is refused, whatever their roles.
 *
 * @returns NOT_FOUND; FORBIDDEN for who asked; CONFLICT when it is decided, over, or ended
 */
export const approveRelease =
  (deps: ReleaseDeps) =>
  (actor: Actor, input: DecideReleaseInput): Promise<Outcome<Release>> =>
    decide(deps, actor, input, 'approveRelease', 'quarantine:approve-release', (by, reason) => ({
      kind: 'approve',
      by,
      reason,
    }));

/**
 * Refuses what somebody else asked for. Whoever asked takes it back with {@link endRelease}.
 *
 * @returns as {@link approveRelease}; BAD_USER_INPUT without a reason
 */
export const refuseRelease =
  (deps: ReleaseDeps) =>
  (actor: Actor, input: ReasonedInput): Promise<Outcome<Release>> =>
    decide(deps, actor, input, 'refuseRelease', 'quarantine:approve-release', (by, reason) => ({
      kind: 'refuse',
      by,
      reason: reason ?? '',
    }));

/**
 * Ends a release at once, or takes a request back. One person is enough for the safe direction.
 *
 * @returns NOT_FOUND; CONFLICT when it has ended; BAD_USER_INPUT without a reason
 */
export const endRelease =
  (deps: ReleaseDeps) =>
  (actor: Actor, input: ReasonedInput): Promise<Outcome<Release>> =>
    decide(deps, actor, input, 'endRelease', 'quarantine:request-release', (by, reason) => ({
      kind: 'end',
      by,
      cause: 'REVOKED',
      reason,
    }));

const decide = (
  deps: ReleaseDeps,
  actor: Actor,
  input: DecideReleaseInput,
  operation: string,
  permission: Permission,
  commandOf: (by: string, reason: string | null) => ReleaseCommand,
): Promise<Outcome<Release>> =>
  workOnRelease(deps, actor, {
    operation,
    permission,
    input,
    run: async (tx, at) => {
      const reason = input.reason === undefined ? ok(null) : checkReason(input.reason);
      if (!reason.ok) return reason;
      const found = await findRelease(tx, input.releaseId);
      if (!found.ok) return found;
      return applyToRelease(tx, found.value, commandOf(actor.subject, reason.value), at);
    },
  });
