import { and, count, eq, gt, inArray, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import { contents } from '../../../db/schema/contents.js';
import type { TenantId } from '../../domain/ids.js';
import type { Backlog, DueCopy } from '../../ports/backlog.js';
import { transactionNow } from './file-scope.js';
import type { Sql } from './session.js';

type RescanBacklog = Pick<Backlog, 'examinedVersions' | 'dueRescans' | 'countRescans'>;

const isUsed = sql`${contents.referenceCount} > 0`;
const isFree = and(
  isUsed,
  lte(contents.nextRescanAt, transactionNow),
  or(isNull(contents.rescanLeaseUntil), lte(contents.rescanLeaseUntil, transactionNow)),
);

/** Both orders as the indexes have them. */
const NEWEST = sql`${contents.referredAt} desc nulls last`;
const POPULAR = sql`${contents.downloadCount} desc nulls last`;

/**
 * Sealed copies of all tenants that are to be examined again. However many copies there are, only those that are
 * outdated are read, and of them the first of each index.
 *
 * @param across - runs work as `lazaret_system`
 */
export const createRescanBacklog = (
  across: <T>(work: (db: Sql) => Promise<T>) => Promise<T>,
): RescanBacklog => ({
  examinedVersions: () => across(findVersions),
  dueRescans: (examinedWith, limit) => across((db) => findDue(db, examinedWith, limit)),
  countRescans: (examinedWith, limit) =>
    across(async (db) => {
      if (examinedWith.length === 0) return 0;
      const due = db
        .select({ one: sql`1`.as('one') })
        .from(contents)
        .where(and(isUsed, inArray(contents.examinedWith, [...examinedWith])))
        .limit(limit)
        .as('due');
      const [row] = await db.select({ total: count() }).from(due);
      return row?.total ?? 0;
    }),
});

/** From one version to the next in the index: as many steps as there are versions, not as there are copies. */
async function findVersions(db: Sql): Promise<string[]> {
  const versions: string[] = [];
  for (;;) {
    const [next] = await db
      .select({ version: contents.examinedWith })
      .from(contents)
      .where(
        and(isUsed, versions.length === 0 ? undefined : gt(contents.examinedWith, versions.at(-1) ?? '')),
      )
      .orderBy(contents.examinedWith)
      .limit(1);
    if (!next || versions.length >= MAX_VERSIONS) return versions;
    versions.push(next.version);
  }
}

/** More than a worker that runs ever leaves behind; what is beyond comes when these are done. */
const MAX_VERSIONS = 100;

async function findDue(db: Sql, examinedWith: readonly string[], limit: number): Promise<DueCopy[]> {
  const found = new Map<string, DueCopy>();
  const add = (copies: readonly DueCopy[], upTo: number): void => {
    for (const copy of copies) if (found.size < upTo) found.set(copy.vaultKey, copy);
  };
  if (examinedWith.includes('')) add(await first(db, [''], NEWEST, limit), limit);
  const others = examinedWith.filter((version) => version !== '');
  const half = found.size + Math.ceil((limit - found.size) / 2);
  add(await first(db, others, POPULAR, limit), half);
  add(await first(db, others, NEWEST, limit), limit);
  return [...found.values()];
}

async function first(db: Sql, versions: readonly string[], order: SQL, limit: number): Promise<DueCopy[]> {
  const { tenantId, vaultKey, sizeBytes, referredAt, downloadCount } = contents;
  const due: { tenantId: string; vaultKey: string; sizeBytes: number; rank: number }[] = [];
  for (const version of versions) {
    const rank =
      order === NEWEST
        ? sql<number>`extract(epoch from ${referredAt})::float8`
        : sql<number>`${downloadCount}::float8`;
    due.push(
      ...(await db
        .select({ tenantId, vaultKey, sizeBytes, rank: rank.mapWith(Number) })
        .from(contents)
        .where(
          and(
            isFree,
            eq(contents.examinedWith, version),
            order === POPULAR ? gt(downloadCount, 0) : undefined,
          ),
        )
        .orderBy(order)
        .limit(limit)),
    );
  }
  due.sort((a, b) => b.rank - a.rank);
  return due
    .slice(0, limit)
    .map(({ rank: _rank, ...row }) => ({ ...row, tenantId: row.tenantId as TenantId }));
}
