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
  /** Tenants that could not be compared; the others were. */
  readonly failed: number;
  /** Of the first that failed. */
  readonly cause?: unknown;
}

const PAGE_TENANTS = 200;
/** After so many failures in a row, it is the database that is away and not a tenant whose files take too long to count. */
const MAX_FAILURES_IN_A_ROW = 3;

/**
 * Compares what each tenant is charged with what its files hold, and corrects what differs. It never should: every
 * change of a file moves the counters in the same transaction.
 *
 * @throws TransientError when the database is away; the reason of the signal
 */
export const reconcileQuotas =
  ({ files, backlog }: ReconcileQuotasDeps) =>
  async ({ signal }: { readonly signal: AbortSignal }): Promise<ReconcileReport> => {
    let report: ReconcileReport = { corrected: 0, drift: NO_SHARE, failed: 0 };
    let failuresInARow = 0;
    for await (const tenantId of allTenants(backlog)) {
      signal.throwIfAborted();
      try {
        const found = await files.transact(maintainerOf(tenantId), (tx) => tx.reconcileUsage());
        failuresInARow = 0;
        report = withCorrection(report, found);
      } catch (cause) {
        failuresInARow += 1;
        if (failuresInARow === MAX_FAILURES_IN_A_ROW) throw cause;
        report = { ...report, failed: report.failed + 1, cause: report.cause ?? cause };
      }
    }
    return report;
  };

async function* allTenants(backlog: Pick<Backlog, 'tenants'>): AsyncGenerator<TenantId, void> {
  let page = await backlog.tenants(PAGE_TENANTS);
  while (page.length > 0) {
    yield* page;
    if (page.length < PAGE_TENANTS) return;
    page = await backlog.tenants(PAGE_TENANTS, page.at(-1));
  }
}

function withCorrection(report: ReconcileReport, found: QuotaShare): ReconcileReport {
  if (QUOTA_DIMENSIONS.every((dimension) => found[dimension] === 0)) return report;
  return { ...report, corrected: report.corrected + 1, drift: addAmounts(report.drift, found) };
}

const addAmounts = (sum: QuotaShare, found: QuotaShare): QuotaShare => ({
  bytes: sum.bytes + Math.abs(found.bytes),
  files: sum.files + Math.abs(found.files),
  uploads: sum.uploads + Math.abs(found.uploads),
});
