import type { TenantId } from '../domain/ids.js';
import { NO_SHARE, QUOTA_DIMENSIONS, type QuotaShare } from '../domain/quota.js';
import type { Backlog } from '../ports/backlog.js';
import type { FileStore } from '../ports/file-store.js';
import { maintainerOf } from './maintainer.js';

/** What reconciling needs. */
export interface ReconcileQuotasDeps {
  readonly files: FileStore;
  readonly backlog: Pick<Backlog, 'tenants'>;
}

/** What one run came to. */
export interface ReconcileReport {
  /** Tenants whose counters were wrong. */
  readonly corrected: number;
  /** By how much, all corrections added without their signs. */
  readonly drift: QuotaShare;
}

const PAGE_TENANTS = 200;

/**
 * Compares what each tenant is charged with what its files hold, and corrects what differs. It never should: every
 * change of a file moves the counters in the same transaction.
 *
 * @throws TransientError when the database is away; the reason of the signal
 */
export const reconcileQuotas =
  ({ files, backlog }: ReconcileQuotasDeps) =>
  async ({ signal }: { readonly signal: AbortSignal }): Promise<ReconcileReport> => {
    let corrected = 0;
    let drift = NO_SHARE;
    let after: TenantId | undefined;
    let page: readonly TenantId[];
    do {
      page = await backlog.tenants(PAGE_TENANTS, after);
      for (const tenantId of page) {
        signal.throwIfAborted();
        const found = await files.transact(maintainerOf(tenantId), (tx) => tx.reconcileUsage());
        if (QUOTA_DIMENSIONS.every((dimension) => found[dimension] === 0)) continue;
        corrected += 1;
        drift = addAmounts(drift, found);
      }
      after = page.at(-1);
    } while (page.length === PAGE_TENANTS);
    return { corrected, drift };
  };

const addAmounts = (sum: QuotaShare, found: QuotaShare): QuotaShare => ({
  bytes: sum.bytes + Math.abs(found.bytes),
  files: sum.files + Math.abs(found.files),
  uploads: sum.uploads + Math.abs(found.uploads),
});
