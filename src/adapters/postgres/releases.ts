import { and, desc, eq, getTableColumns, isNotNull, lte, type SQL } from 'drizzle-orm';
import { releases } from '../../../db/schema/quarantine.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { EndCause, Release, ReleaseStatus } from '../../domain/release.js';
import type { QuarantineTransaction } from '../../ports/quarantine.js';
import type { FileScope } from './file-scope.js';
import { auditQuarantine } from './quarantine-history.js';

type Releases = Pick<
  QuarantineTransaction,
  'insertRelease' | 'findRelease' | 'latestRelease' | 'earlierHits' | 'changeRelease' | 'noteReexamination'
>;

const { correlationId: _correlationId, ...columns } = getTableColumns(releases);

/** The columns that a `Release` is made of. */
export const releaseColumns = columns;

/** Requests for release. The history of the quarantine is written by triggers, the audit trail here. */
export const createReleases = (context: FileScope): Releases => ({
  insertRelease: async (release) => {
    const { correlationId } = context.scope;
    const added = await context.sql
      .insert(releases)
      .values({ ...release, correlationId })
      .onConflictDoNothing()
      .returning({ id: releases.id });
    if (added.length === 0) return false;
    await auditQuarantine(context, release.fileId, `RELEASE_${release.status}`);
    return true;
  },
  findRelease: async (id) => {
    const [row] = await context.sql.select(columns).from(releases).where(isRelease(context, id));
    return row && toRelease(row);
  },
  latestRelease: async (id) => {
    const [row] = await context.sql
      .select(columns)
      .from(releases)
      .where(and(eq(releases.tenantId, context.scope.tenantId), eq(releases.fileId, id)))
      .orderBy(desc(releases.requestedAt), desc(releases.id))
      .limit(1);
    return row && toRelease(row);
  },
  earlierHits: (release) => earlierHits(context, release),
  changeRelease: (before, after) => changeRelease(context, before, after),
  noteReexamination: async (id, definitionsVersion) => {
    await context.sql.update(releases).set({ definitionsVersion }).where(isRelease(context, id));
  },
});

/** Somebody who has one file released so often has read the newest of them. */
const MAX_HITS = 100;

async function earlierHits(
  { sql: db, scope }: FileScope,
  { fileId, requestedAt }: Release,
): Promise<string[]> {
  const { endReason, endedAt } = releases;
  const isHit = and(
    eq(releases.tenantId, scope.tenantId),
    eq(releases.fileId, fileId),
    eq(releases.endCause, 'HIT'),
    isNotNull(endReason),
    lte(endedAt, requestedAt),
  );
  const rows = await db
    .select({ endReason })
    .from(releases)
    .where(isHit)
    .orderBy(desc(endedAt))
    .limit(MAX_HITS);
  return rows.flatMap((row) => row.endReason ?? []);
}

async function changeRelease(context: FileScope, before: Release, after: Release): Promise<boolean> {
  const { status, version, decidedBy, decidedAt, decisionReason } = after;
  const { endedBy, endedAt, endCause, endReason } = after;
  const changed = await context.sql
    .update(releases)
    .set({
      ...{ status, version, decidedBy, decidedAt, decisionReason, endedBy, endedAt, endCause, endReason },
      correlationId: context.scope.correlationId,
    })
    .where(and(isRelease(context, before.id), eq(releases.version, before.version)))
    .returning({ id: releases.id });
  if (changed.length === 0) return false;
  await auditQuarantine(context, after.fileId, `RELEASE_${status}`);
  return true;
}

/** A release ends with the content of its file, which the table sees to. That is noted once: a file ends once. */
export async function auditLostRelease(context: FileScope, fileId: FileId): Promise<void> {
  const isLost = and(
    eq(releases.tenantId, context.scope.tenantId),
    eq(releases.fileId, fileId),
    eq(releases.endCause, 'REMOVED'),
  );
  if ((await context.sql.$count(releases, isLost)) > 0) {
    await auditQuarantine(context, fileId, 'RELEASE_ENDED');
  }
}

const isRelease = ({ scope }: FileScope, id: string): SQL | undefined =>
  and(eq(releases.tenantId, scope.tenantId), eq(releases.id, id));

/** Reads a row. What is written by this adapter and checked by the table needs no second check. */
export const toRelease = (row: Pick<typeof releases.$inferSelect, keyof typeof columns>): Release => ({
  ...row,
  tenantId: row.tenantId as TenantId,
  fileId: row.fileId as FileId,
  status: row.status as ReleaseStatus,
  endCause: row.endCause as EndCause | null,
});
