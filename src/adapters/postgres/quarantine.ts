import { and, count, desc, eq, getTableColumns, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { files } from '../../../db/schema/files.js';
import { quarantine, releases } from '../../../db/schema/quarantine.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { Quarantine, RemovalCause } from '../../domain/quarantine.js';
import type { QuarantinedFile, QuarantineQuery, QuarantineTransaction } from '../../ports/quarantine.js';
import { containing } from './containing.js';
import { fileColumns, toFile } from './file-row.js';
import { databaseNow, type FileScope } from './file-scope.js';
import { auditQuarantine } from './quarantine-history.js';
import { releaseColumns, toRelease } from './releases.js';

type Held = Pick<
  QuarantineTransaction,
  'findQuarantine' | 'listQuarantine' | 'countQuarantine' | 'markHeld' | 'markRemoved'
>;

const { correlationId: _correlationId, ...columns } = getTableColumns(quarantine);

/** What is quarantined. Rows are added by a trigger on the files. */
export const createQuarantine = (context: FileScope): Held => ({
  findQuarantine: async (id) => {
    const [row] = await context.sql.select(columns).from(quarantine).where(isHeldFile(context, id));
    return row && toQuarantine(row);
  },
  listQuarantine: (query) => list(context, query),
  countQuarantine: async (query) => {
    const [row] = await context.sql
      .select({ total: count() })
      .from(quarantine)
      .innerJoin(files, isItsFile)
      .leftJoin(releases, isItsLatest)
      .where(matches(context, query));
    return row?.total ?? 0;
  },
  markHeld: async (id, retainedUntil) => {
    const { correlationId } = context.scope;
    const marked = await context.sql
      .update(quarantine)
      .set({ heldAt: databaseNow, retainedUntil, correlationId })
      .where(and(isHeldFile(context, id), isNull(quarantine.heldAt), isNull(quarantine.removedAt)))
      .returning({ fileId: quarantine.fileId });
    return marked.length === 1;
  },
  markRemoved: async (id, removalCause) => {
    const { correlationId } = context.scope;
    const removed = await context.sql
      .update(quarantine)
      .set({ removedAt: databaseNow, removalCause, correlationId })
      .where(and(isHeldFile(context, id), isNull(quarantine.removedAt)))
      .returning({ fileId: quarantine.fileId });
    if (removed.length > 0) await auditQuarantine(context, id, 'CONTENT_REMOVED');
  },
});

async function list(context: FileScope, query: QuarantineQuery): Promise<QuarantinedFile[]> {
  const rows = await context.sql
    .select({ file: fileColumns, quarantine: columns, release: releaseColumns })
    .from(quarantine)
    .innerJoin(files, isItsFile)
    .leftJoin(releases, isItsLatest)
    .where(and(matches(context, query), isAfter(query.after)))
    .orderBy(desc(quarantine.quarantinedAt), desc(quarantine.fileId))
    .limit(query.limit);
  return rows.map((row) => ({
    file: toFile(row.file),
    quarantine: toQuarantine(row.quarantine),
    release: row.release && toRelease(row.release),
  }));
}

const isItsFile = and(eq(files.tenantId, quarantine.tenantId), eq(files.id, quarantine.fileId));

const newest = alias(releases, 'newest');

/** One row at most: joining adds none. */
const isItsLatest = and(
  eq(releases.tenantId, quarantine.tenantId),
  eq(
    releases.id,
    sql`(select ${newest.id} from ${releases} ${sql.identifier('newest')}
      where ${newest.tenantId} = ${quarantine.tenantId} and ${newest.fileId} = ${quarantine.fileId}
      order by ${newest.requestedAt} desc, ${newest.id} desc limit 1)`,
  ),
);

function matches({ scope }: FileScope, query: Omit<QuarantineQuery, 'limit' | 'after'>): SQL | undefined {
  const { nameContains, createdBy, findingContains, releaseStatuses } = query;
  return and(
    eq(quarantine.tenantId, scope.tenantId),
    eq(files.state, 'INFECTED'),
    nameContains === undefined ? undefined : sql`${files.name} ilike ${containing(nameContains)}`,
    createdBy === undefined ? undefined : eq(files.createdBy, createdBy),
    findingContains === undefined ? undefined : hasFinding(findingContains),
    releaseStatuses === undefined ? undefined : inArray(releases.status, [...releaseStatuses]),
  );
}

const hasFinding = (text: string): SQL =>
  sql`exists (select from jsonb_array_elements(${files.verdict} -> 'findings') finding
    where finding ->> 'detail' ilike ${containing(text)})`;

const isAfter = (after: QuarantineQuery['after']): SQL | undefined =>
  after &&
  sql`(${quarantine.quarantinedAt}, ${quarantine.fileId})
    < (${after.quarantinedAt.toISOString()}::timestamptz, ${after.fileId}::uuid)`;

const isHeldFile = ({ scope }: FileScope, id: FileId): SQL | undefined =>
  and(eq(quarantine.tenantId, scope.tenantId), eq(quarantine.fileId, id));

const toQuarantine = (row: Pick<typeof quarantine.$inferSelect, keyof typeof columns>): Quarantine => ({
  ...row,
  tenantId: row.tenantId as TenantId,
  fileId: row.fileId as FileId,
  removalCause: row.removalCause as RemovalCause | null,
});
