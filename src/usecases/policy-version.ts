import { createHash } from 'node:crypto';
import type { TenantPolicy } from '../domain/policy.js';

/** Digits of the hash that name a policy: enough that no two policies of a tenant ever share them. */
const DIGITS = 32;

/**
 * Names the policy that a verdict was reached under, by what it says: the same rules have the same version, and
 * any change of a rule that a verdict depends on gives another one. Quotas decide over no verdict and do not count.
 *
 * @returns `sha256:` and 32 hexadecimal digits
 */
export function policyVersionOf({ maxFileBytes, maxBytesByType, deniedTypes }: TenantPolicy): string {
  const byType = Object.entries(maxBytesByType).sort(([a], [b]) => (a < b ? -1 : 1));
  const rules = JSON.stringify([maxFileBytes, byType, [...new Set(deniedTypes)].sort()]);
  return `sha256:${createHash('sha256').update(rules).digest('hex').slice(0, DIGITS)}`;
}
