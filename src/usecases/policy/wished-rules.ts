import { applyWish, type PolicyWish } from '../../domain/check-policy.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { PolicyRules, PolicyVersion } from '../../domain/policy.js';
import type { PolicyTransaction } from '../../ports/policies.js';

/** Other rules than those of now. */
export interface OtherRules {
  /** What is to be different; what is left out stays. */
  readonly rules?: PolicyWish | undefined;
  /** Begins with an earlier version instead of the one of now. */
  readonly fromVersion?: number | undefined;
}

/** Makes rules of a wish. BAD_USER_INPUT with the field at fault, also for a version that there is not. */
export async function wishedRules(
  tx: PolicyTransaction,
  current: PolicyVersion,
  { rules, fromVersion }: OtherRules,
): Promise<Outcome<PolicyRules>> {
  const base = fromVersion === undefined ? current : await tx.findPolicy(fromVersion);
  if (!base) return fault('BAD_USER_INPUT', { message: 'There is no such version.', field: 'fromVersion' });
  return applyWish(base.rules, rules ?? {});
}
