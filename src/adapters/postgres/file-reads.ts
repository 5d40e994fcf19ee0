import { and, count, desc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { tenants } from '../../../db/schema/tenants.js';
import type { TenantId } from '../../domain/ids.js';
import type { FileQuery, FileTransaction } from '../../ports/file-store.js';
import { containing } from './containing.js';
import { fileColumns, toFile } from './file-row.js';
import { readClaims } from './claims.js';
import { isGivenFile, type FileScope } from './file-scope.js';
import { prepared } from './prepared.js';
import { reconcileUsage } from './reconcile-usage.js';
import { readUsage } from './quota.js';

type Reads = Pick<
  FileTransaction,
  'find' | 'findForUpdate' | 'list' | 'count' | 'claims' | 'usage' | 'reconcileUsage' | 'tenant'
>;

const selectFile = prepared((db) => db.select(fileColumns).from(files).where(isGivenFile));
const lockFile = prepared((db) => db.select(fileColumns).from(files).where(isGivenFile).for('update'));

/** Reading files and the tenant itself. */
export const createFileReads = (context: FileScope): Reads => ({
  find: async (id) => {
    const [row] = await selectFile(context, { id });
    return row && toFile(row);
  },
  findForUpdate: async (id) => {
    const [row] = await lockFile(context, { id });
    if (row) context.held.set(id, row);
    return row && toFile(row);
  },
  list: async (query) => {
    const after = query.after === undefined ? undefined : lt(files.id, query.after);
    const rows = await context.sql
      .select(fileColumns)
      .from(files)
      .where(and(matches(context, query), after))
      // Ids are UUIDv7: their order is that of creation.
      .orderBy(desc(files.id))
      .limit(query.limit);
    return rows.map(toFile);
  },
  count: async (query) => {
    const [row] = await context.sql.select({ total: count() }).from(files).where(matches(context, query));
    return row?.total ?? 0;
  },
  usage: () => readUsage(context),
  claims: (ids, keys) => readClaims(context, ids, keys),
  reconcileUsage: () => reconcileUsage(context),
  tenant: async () => {
    const row = await findTenantRow(context);
    return row && { id: row.id as TenantId, slug: row.slug, name: row.name };
  },
});

function matches({ scope }: FileScope, query: Omit<FileQuery, 'limit' | 'after'>): SQL | undefined {
  return and(
    eq(files.tenantId, scope.tenantId),
    query.states === undefined ? undefined : inArray(files.state, [...query.states]),
    query.nameContains === undefined ? undefined : sql`${files.name} ilike ${containing(query.nameContains)}`,
    query.createdBy === undefined ? undefined : eq(files.createdBy, query.createdBy),
  );
}

async function findTenantRow({
  sql: db,
  scope,
}: FileScope): Promise<typeof tenants.$inferSelect | undefined> {
  const [row] = await db.select().from(tenants).where(eq(tenants.id, scope.tenantId));
  return row;
}
