import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { PolicyVersion } from '../../domain/policy.js';
import { ok } from '../../domain/result.js';
import type { FileStore } from '../../ports/file-store.js';

/** Most versions of one page. */
const MAX_PAGE_SIZE = 100;

/** What reading a policy needs. */
export interface ReadPolicyDeps {
  readonly files: FileStore;
}

/** Which versions. */
export interface PolicyHistoryInput {
  /** 1 to 100. */
  readonly first: number;
  /** Only versions before this one. */
  readonly before?: number | undefined;
}

/** The rules of the tenant as they are now. */
export const getPolicy =
  ({ files }: ReadPolicyDeps) =>
  async (actor: Actor): Promise<Outcome<PolicyVersion>> => {
    const allowed = authorise(actor, 'policy:read');
    if (!allowed.ok) return allowed;
    return ok(await files.transact(actor, (tx) => tx.currentPolicy()));
  };

/** Versions of the rules of the tenant, newest first. BAD_USER_INPUT for a page size out of range. */
export const policyHistory =
  ({ files }: ReadPolicyDeps) =>
  async (actor: Actor, { first, before }: PolicyHistoryInput): Promise<Outcome<readonly PolicyVersion[]>> => {
    const allowed = authorise(actor, 'policy:read');
    if (!allowed.ok) return allowed;
    if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE_SIZE) {
      const message = `A page has 1 to ${String(MAX_PAGE_SIZE)} versions.`;
      return fault('BAD_USER_INPUT', { message, field: 'first' });
    }
    return ok(await files.transact(actor, (tx) => tx.listPolicies(first, before)));
  };
