import { eq, sql, type SQL } from 'drizzle-orm';
import { tenants, tenantUsage } from '../../../db/schema/tenants.js';
import {
  exceededDimension,
  NO_SHARE,
  QUOTA_DIMENSIONS,
  sumOf,
  type QuotaDimension,
  type QuotaShare,
} from '../../domain/quota.js';
import type { FileScope } from './file-scope.js';
import { given, prepared } from './prepared.js';

const used = { bytes: tenantUsage.usedBytes, files: tenantUsage.fileCount, uploads: tenantUsage.openUploads };
const quotas = { bytes: tenants.quotaBytes, files: tenants.quotaFiles, uploads: tenants.quotaUploads };

/**
 * Moves what the tenant uses, in all dimensions or in none. One statement tests and claims: it locks the row until
 * the transaction ends, so that parallel uploads see each other's claims and no two of them get the same rest. That row
 * is what all uploads of a tenant wait for. So a claim is best the last statement of its transaction, and what is only
 * given back, which always works, goes out with the commit.
 *
 * @returns where the quota would be exceeded; the transaction then ends with a rollback
 */
export async function moveUsage(context: FileScope, delta: QuotaShare): Promise<QuotaDimension | undefined> {
  const { owed } = context;
  owed.share = sumOf(owed.share, delta);
  if (QUOTA_DIMENSIONS.every((dimension) => delta[dimension] <= 0)) return undefined;
  const net = owed.share;
  const moved = await move(context, net);
  if (!moved) {
    owed.isRefused = true;
    return nameExceeded(context, net);
  }
  owed.share = NO_SHARE;
  return undefined;
}

/** @returns whether it fits */
const move = async (context: FileScope, delta: QuotaShare): Promise<boolean> =>
  (await claim(context, { ...delta })).length === 1;

const claim = prepared((db) =>
  db
    .update(tenantUsage)
    .set({ usedBytes: grown('bytes'), fileCount: grown('files'), openUploads: grown('uploads') })
    .from(tenants)
    .where(
      sql`${eq(tenantUsage.tenantId, given('tenantId'))} and ${eq(tenants.id, given('tenantId'))}
        and ${fits('bytes')} and ${fits('files')} and ${fits('uploads')}`,
    )
    .returning({ tenantId: tenantUsage.tenantId }),
);

const grown = (dimension: QuotaDimension): SQL => sql`${used[dimension]} + ${given(dimension)}::bigint`;

const fits = (dimension: QuotaDimension): SQL =>
  sql`(${given(dimension)}::bigint <= 0 or ${grown(dimension)} <= ${quotas[dimension]})`;

/** For the refusal alone. Where others have given back since, the largest claim is the likeliest reason. */
async function nameExceeded(context: FileScope, delta: QuotaShare): Promise<QuotaDimension> {
  const { sql: db, scope } = context;
  const [quota] = await db.select(quotas).from(tenants).where(eq(tenants.id, scope.tenantId));
  return exceededDimension(quota ?? NO_SHARE, await readCounters(context), delta) ?? 'bytes';
}

/** What the tenant uses, what this transaction is about to give back left out. */
export const readUsage = async (context: FileScope): Promise<QuotaShare> =>
  sumOf(await readCounters(context), context.owed.share);

async function readCounters({ sql: db, scope }: FileScope): Promise<QuotaShare> {
  const [row] = await db.select(used).from(tenantUsage).where(eq(tenantUsage.tenantId, scope.tenantId));
  return row ?? NO_SHARE;
}
