import { and, asc, count, eq, lte, min, sql } from 'drizzle-orm';
import { deadLetters } from '../../../db/schema/dead-letters.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { BacklogCounts, DueDeadLetter } from '../../ports/backlog.js';
import { transactionNow, transactionNowMinus } from './file-scope.js';
import type { Sql } from './session.js';

const isOpen = eq(deadLetters.status, 'OPEN');

/** Dead letters of all tenants whose time is over. */
export async function dueDeadLetters(db: Sql, minAgeMs: number, limit: number): Promise<DueDeadLetter[]> {
  const { tenantId, fileId, id } = deadLetters;
  const rows = await db
    .select({ tenantId, fileId, id })
    .from(deadLetters)
    .where(and(isOpen, lte(deadLetters.createdAt, transactionNowMinus(minAgeMs))))
    .orderBy(asc(deadLetters.createdAt))
    .limit(limit);
  return rows.map((row) => ({
    deadLetterId: row.id,
    tenantId: row.tenantId as TenantId,
    fileId: row.fileId as FileId,
  }));
}

/** How many wait for a decision, and for how long. */
export async function countDeadLetters(
  db: Sql,
): Promise<Pick<BacklogCounts, 'deadLetters' | 'oldestDeadLetterMs'>> {
  const { cause } = deadLetters;
  const age = sql`extract(epoch from ${transactionNow} - ${min(deadLetters.createdAt)}) * 1000`.mapWith(
    Number,
  );
  const rows = await db.select({ cause, total: count(), age }).from(deadLetters).where(isOpen).groupBy(cause);
  return {
    deadLetters: Object.fromEntries(rows.map((row) => [row.cause, row.total])),
    oldestDeadLetterMs: Math.round(Math.max(0, ...rows.map((row) => row.age))),
  };
}
