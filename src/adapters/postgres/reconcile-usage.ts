import { eq, sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { tenantUsage } from '../../../db/schema/tenants.js';
import { FILE_STATES, holdsQuota, isOpen } from '../../domain/file-state.js';
import { NO_SHARE, QUOTA_DIMENSIONS, shareBetween, type QuotaShare } from '../../domain/quota.js';
import type { FileScope } from './file-scope.js';

const HOLDING = FILE_STATES.filter(holdsQuota);
const OPEN = FILE_STATES.filter(isOpen);

/**
 * Compares the counters of a tenant with its files. One statement sees both at one instant, so a look that finds
 * them equal locks nothing. Where they differ, the row of the counters is locked: whoever changes what its files
 * hold moves the counters in the same transaction, so that nobody is in between while it is held.
 */
export async function reconcileUsage(context: FileScope): Promise<QuotaShare> {
  if (isNothing(await readDrift(context))) return NO_SHARE;
  const { sql: db, scope } = context;
  const isOurs = eq(tenantUsage.tenantId, scope.tenantId);
  await db.select({ id: tenantUsage.tenantId }).from(tenantUsage).where(isOurs).for('update');
  const drift = await readDrift(context);
  if (isNothing(drift)) return NO_SHARE;
  await db
    .update(tenantUsage)
    .set({
      usedBytes: sql`${tenantUsage.usedBytes} - ${drift.bytes}::bigint`,
      fileCount: sql`${tenantUsage.fileCount} - ${drift.files}::bigint`,
      openUploads: sql`${tenantUsage.openUploads} - ${drift.uploads}::bigint`,
    })
    .where(isOurs);
  return drift;
}

async function readDrift({ sql: db, scope }: FileScope): Promise<QuotaShare> {
  const [row] = await db
    .select({
      bytes: tenantUsage.usedBytes,
      files: tenantUsage.fileCount,
      uploads: tenantUsage.openUploads,
      heldBytes: sql`coalesce(sum(coalesce(${files.sizeBytes}, ${files.receivedBytes})), 0)`.mapWith(Number),
      heldFiles: sql`count(${files.id})`.mapWith(Number),
      heldUploads: sql`count(${files.id}) filter (where ${files.state} in ${OPEN})`.mapWith(Number),
    })
    .from(tenantUsage)
    .leftJoin(files, sql`${eq(files.tenantId, tenantUsage.tenantId)} and ${files.state} in ${HOLDING}`)
    .where(eq(tenantUsage.tenantId, scope.tenantId))
    .groupBy(tenantUsage.tenantId);
  if (!row) return NO_SHARE;
  return shareBetween({ bytes: row.heldBytes, files: row.heldFiles, uploads: row.heldUploads }, row);
}

const isNothing = (share: QuotaShare): boolean =>
  QUOTA_DIMENSIONS.every((dimension) => share[dimension] === 0);
