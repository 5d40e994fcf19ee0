import type { Actor } from '../domain/actor.js';
import { fault, type Outcome } from '../domain/errors.js';
import { MAX_FILE_BYTES } from '../domain/parts.js';
import type { TenantPolicy } from '../domain/policy.js';
import type { QuotaShare } from '../domain/quota.js';
import { ok } from '../domain/result.js';
import type { FileStore, Tenant } from '../ports/file-store.js';

/** A tenant, what it accepts, and what it uses of its quota. */
export type ViewedTenant = Tenant & {
  readonly policy: TenantPolicy;
  readonly usage: QuotaShare;
};

/** The tenant of the actor. */
export const getViewer =
  ({ files }: { readonly files: FileStore }) =>
  (actor: Actor): Promise<Outcome<{ readonly tenant: ViewedTenant }>> =>
    files.transact(actor, async (tx) => {
      const tenant = await tx.tenant();
      if (!tenant) return fault('UNAUTHENTICATED');
      const policy = await tx.policy();
      const maxFileBytes = Math.min(policy.maxFileBytes, policy.ceilingBytes, MAX_FILE_BYTES);
      return ok({ tenant: { ...tenant, policy: { ...policy, maxFileBytes }, usage: await tx.usage() } });
    });
