import { and, asc, count, eq, inArray, isNull, lte, type SQL } from 'drizzle-orm';
import { quarantine, releases } from '../../../db/schema/quarantine.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { Backlog, DueRelease, QuarantineCounts } from '../../ports/backlog.js';
import { transactionNow } from './file-scope.js';
import type { Sql } from './session.js';

type QuarantineBacklog = Pick<
  Backlog,
  'dueReleaseEnds' | 'releasedVersions' | 'dueReexaminations' | 'dueRetentions' | 'quarantineCounts'
>;

/**
 * What has come due in the quarantines of all tenants.
 *
 * @param across - runs work as `lazaret_system`
 */
export const createQuarantineBacklog = (
  across: <T>(work: (db: Sql) => Promise<T>) => Promise<T>,
): QuarantineBacklog => ({
  dueReleaseEnds: (limit) => {
    const isOver = and(
      inArray(releases.status, ['REQUESTED', 'APPROVED']),
      lte(releases.expiresAt, transactionNow),
    );
    return across((db) => dueReleases(db, isOver, limit));
  },
  releasedVersions: () =>
    across(async (db) => {
      const version = releases.definitionsVersion;
      const rows = await db
        .selectDistinct({ version })
        .from(releases)
        .where(eq(releases.status, 'APPROVED'))
        .orderBy(version)
        .limit(MAX_VERSIONS);
      return rows.map((row) => row.version);
    }),
  dueReexaminations: (examinedWith, limit) => {
    const isDue = and(
      eq(releases.status, 'APPROVED'),
      inArray(releases.definitionsVersion, [...examinedWith]),
    );
    return across((db) => dueReleases(db, isDue, limit));
  },
  dueRetentions: (limit) =>
    across(async (db) => {
      const rows = await db
        .select({ tenantId: quarantine.tenantId, fileId: quarantine.fileId })
        .from(quarantine)
        .where(and(isNull(quarantine.removedAt), lte(quarantine.retainedUntil, transactionNow)))
        .orderBy(asc(quarantine.retainedUntil))
        .limit(limit);
      return rows.map((row) => ({ tenantId: row.tenantId as TenantId, fileId: row.fileId as FileId }));
    }),
  quarantineCounts: () => across(countQuarantine),
});

/** A release lasts for days, in which there are not as many; what is beyond comes when these are done. */
const MAX_VERSIONS = 100;

async function countQuarantine(db: Sql): Promise<QuarantineCounts> {
  const [kept] = await db.select({ total: count() }).from(quarantine).where(isNull(quarantine.removedAt));
  const { status } = releases;
  const rows = await db
    .select({ status, total: count() })
    .from(releases)
    .where(inArray(status, ['REQUESTED', 'APPROVED']))
    .groupBy(status);
  const open = new Map(rows.map((row) => [row.status, row.total]));
  return {
    kept: kept?.total ?? 0,
    requested: open.get('REQUESTED') ?? 0,
    approved: open.get('APPROVED') ?? 0,
  };
}

async function dueReleases(db: Sql, isDue: SQL | undefined, limit: number): Promise<DueRelease[]> {
  const { tenantId, fileId, id: releaseId } = releases;
  const rows = await db
    .select({ tenantId, fileId, releaseId })
    .from(releases)
    .where(isDue)
    .orderBy(asc(releases.expiresAt))
    .limit(limit);
  return rows.map((row) => ({
    releaseId: row.releaseId,
    tenantId: row.tenantId as TenantId,
    fileId: row.fileId as FileId,
  }));
}
