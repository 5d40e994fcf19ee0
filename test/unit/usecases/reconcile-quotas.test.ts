import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import type { TenantId } from '../../../src/domain/ids.js';
import type { QuotaShare } from '../../../src/domain/quota.js';
import type { FileStore, FileTransaction } from '../../../src/ports/file-store.js';
import { reconcileQuotas } from '../../../src/usecases/reconcile-quotas.js';

const tenantsOf = (count: number): TenantId[] =>
  Array.from({ length: count }, (_, index) => String(index).padStart(4, '0') as TenantId);

/** Compares tenants, of which some fail; tells which were compared. */
function arrange(tenants: readonly TenantId[], reconcile: (tenant: TenantId) => Promise<QuotaShare>) {
  const compared: TenantId[] = [];
  const transact = (({ tenantId }, work) => {
    const reconcileUsage = async (): Promise<QuotaShare> => {
      const found = await reconcile(tenantId);
      compared.push(tenantId);
      return found;
    };
    return work({ reconcileUsage } as FileTransaction);
  }) as FileStore['transact'];
  const run = reconcileQuotas({
    files: { transact },
    backlog: {
      tenants: (limit, after = '' as TenantId) =>
        Promise.resolve(tenants.filter((tenant) => tenant > after).slice(0, limit)),
    },
  });
  return { compared, run: () => run({ signal: new AbortController().signal }) };
}

const NOTHING = { bytes: 0, files: 0, uploads: 0 };
const failure = new TransientError('postgres', 'too slow');

describe('comparing usage with the files', () => {
  it('goes on behind tenants that cannot be compared, and adds up what was wrong', async () => {
    const tenants = tenantsOf(450);
    const slow = new Set([tenants[0], tenants[1], tenants[3], tenants[449]]);
    const { compared, run } = arrange(tenants, async (tenant) => {
      if (slow.has(tenant)) throw failure;
      return tenant === tenants[300] ? { bytes: -5, files: 1, uploads: 0 } : NOTHING;
    });
    expect(await run()).toEqual({
      corrected: 1,
      drift: { bytes: 5, files: 1, uploads: 0 },
      failed: 4,
      cause: failure,
    });
    expect(compared).toHaveLength(446);
  });

  it('stops where the database is away', async () => {
    const { compared, run } = arrange(tenantsOf(10), (tenant) =>
      tenant < '0002' ? Promise.resolve(NOTHING) : Promise.reject(failure),
    );
    await expect(run()).rejects.toBe(failure);
    expect(compared).toHaveLength(2);
  });
});
