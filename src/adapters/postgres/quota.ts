import { eq, sql } from 'drizzle-orm';
import { tenants, tenantUsage } from '../../../db/schema/tenants.js';
import { holdsQuota } from '../../domain/file-state.js';
import type { File } from '../../domain/file.js';
import type { FileScope } from './file-scope.js';

/** What files hold of a quota, or how that changes. */
export interface QuotaShare {
  readonly bytes: number;
  readonly files: number;
}

/** What a file holds: its size, or while that is unknown what has arrived of it. */
export const shareOf = ({
  state,
  sizeBytes,
  receivedBytes,
}: Pick<File, 'state' | 'sizeBytes' | 'receivedBytes'>): QuotaShare =>
  holdsQuota(state) ? { bytes: sizeBytes ?? receivedBytes, files: 1 } : { bytes: 0, files: 0 };

/**
 * Moves what the tenant uses. The row is locked until the transaction ends, so that parallel uploads see each
 * other's claims and no two of them get the same rest of the quota.
 *
 * @returns false, and nothing is written, when the quota would be exceeded; giving back always works
 */
export async function moveUsage({ sql: db, scope }: FileScope, delta: QuotaShare): Promise<boolean> {
  if (delta.bytes === 0 && delta.files === 0) return true;
  const quota = db.select({ bytes: tenants.quotaBytes }).from(tenants).where(eq(tenants.id, scope.tenantId));
  const moved = await db
    .update(tenantUsage)
    .set({
      usedBytes: sql`${tenantUsage.usedBytes} + ${delta.bytes}::bigint`,
      fileCount: sql`${tenantUsage.fileCount} + ${delta.files}::bigint`,
    })
    .where(
      sql`${eq(tenantUsage.tenantId, scope.tenantId)}
        and (${delta.bytes}::bigint <= 0 or ${tenantUsage.usedBytes} + ${delta.bytes}::bigint <= (${quota}))`,
    )
    .returning({ tenantId: tenantUsage.tenantId });
  return moved.length === 1;
}
