import { createHash } from 'node:crypto';
import type { PolicyRules } from '../domain/policy.js';

/** Digits of the hash that name a policy: enough that no two policies of a tenant ever share them. */
const DIGITS = 32;

/**
 * Names the rules that a verdict was reached under, by what they say: the same rules have the same name, and any change
 * of a rule that a verdict depends on gives another one. Quotas decide over no verdict and do not count.
 *
 * @returns `sha256:` and 32 hexadecimal digits
 */
export function policyVersionOf(rules: PolicyRules): string {
  const { maxFileBytes, maxBytesByType, deniedTypes } = rules;
  const first = [maxFileBytes, sorted(maxBytesByType), inOrder(deniedTypes)];
  const later = [
    inOrder(rules.allowedTypes),
    inOrder(rules.allowedExtensions),
    inOrder(rules.deniedExtensions),
    sorted(rules.findingActions),
    rules.oversize,
  ];
  // Rules that say nothing beyond what rules could say at first keep the name that they had then.
  const text = JSON.stringify(JSON.stringify(later) === NOTHING_LATER ? first : [...first, ...later]);
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, DIGITS)}`;
}

const NOTHING_LATER = JSON.stringify([[], [], [], [], 'UNSCANNABLE']);

const inOrder = (entries: readonly string[]): readonly string[] => [...new Set(entries)].sort();

const sorted = (entries: Readonly<Record<string, unknown>>): readonly [string, unknown][] =>
  Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
