import type { File } from '../domain/file.js';
import type { PolicyVersion, TenantPolicy } from '../domain/policy.js';

/** A version that somebody adds. */
export type NewPolicyVersion = Pick<PolicyVersion, 'version' | 'rules'> & { readonly reason: string };

/** The part of a file transaction that knows what the tenant has decided for its files. */
export interface PolicyTransaction {
  /** What the tenant accepts now: its newest rules, within what the operator allows. */
  policy(): Promise<TenantPolicy>;
  /** The newest version; zero where nobody has added one. */
  currentPolicy(): Promise<PolicyVersion>;
  /** One version; zero is always there. */
  findPolicy(version: number): Promise<PolicyVersion | undefined>;
  /** Versions before one, newest first. */
  listPolicies(limit: number, before?: number): Promise<readonly PolicyVersion[]>;
  /** Adds a version in the name of the transaction's subject. `undefined` when there is one with its number. */
  insertPolicy(policy: NewPolicyVersion): Promise<PolicyVersion | undefined>;
  /** The newest files that were decided over, whatever became of them since. */
  lastDecided(limit: number): Promise<readonly File[]>;
}
