import { createHash } from 'node:crypto';
import { ANALYSIS_GENERATION } from '../domain/finding-codes.js';
import type { PolicyRules } from '../domain/policy.js';

/** Digits of the hash that name a policy: enough that no two policies of a tenant ever share them. */
const DIGITS = 32;

/**
 * Names the rules that a verdict was reached under, by what they say: the same rules have the same name, and any change
 * of a rule that a verdict depends on gives another one, as does an analysis that finds more. Quotas decide over no verdict and do not count.
 *
 * @param generation - of the analysis; @default that of now
 * @returns `sha256:` and 32 hexadecimal digits
 */
export function policyVersionOf(rules: PolicyRules, generation: number = ANALYSIS_GENERATION): string {
  const { maxFileBytes, maxBytesByType, deniedTypes } = rules;
  const said = [
    ...[generation, maxFileBytes, sorted(maxBytesByType), inOrder(deniedTypes)],
    ...[inOrder(rules.allowedTypes), inOrder(rules.allowedExtensions), inOrder(rules.deniedExtensions)],
    ...[sorted(rules.findingActions), rules.oversize],
  ];
  const text = JSON.stringify(said);
  return `sha256:${createHash('sha256').update(text).digest('hex').slice(0, DIGITS)}`;
}

/** What verdicts call the same rules that rest on earlier analyses, newest first. */
export const earlierPolicyVersionsOf = (rules: PolicyRules): readonly string[] =>
  Array.from({ length: ANALYSIS_GENERATION - 1 }, (_, index) =>
    policyVersionOf(rules, ANALYSIS_GENERATION - 1 - index),
  );

const inOrder = (entries: readonly string[]): readonly string[] => [...new Set(entries)].sort();

const sorted = (entries: Readonly<Record<string, unknown>>): readonly [string, unknown][] =>
  Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
