import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  lte,
  max,
  sql,
  type SQL,
} from 'drizzle-orm';
import { deadLetters, failedAttempts } from '../../../db/schema/dead-letters.js';
import { files } from '../../../db/schema/files.js';
import type { DeadLetter, DeadLetterCause, DeadLetterStatus } from '../../domain/dead-letter.js';
import type { AttemptEnd } from '../../domain/failure.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { DeadLetterTransaction, LetterOfFile, LetterQuery } from '../../ports/dead-letters.js';
import { auditAction } from './audit.js';
import { fileColumns, toFile } from './file-row.js';
import type { FileScope } from './file-scope.js';

const { correlationId: _correlationId, ...columns } = getTableColumns(deadLetters);

/** What was given up, and the attempts before it. */
export const createDeadLetters = (context: FileScope): DeadLetterTransaction => ({
  ...createFailedAttempts(context),
  addDeadLetter: async (fileId, letter) => {
    const { sql: db, scope } = context;
    const { tenantId, correlationId } = scope;
    const added = await db
      .insert(deadLetters)
      .values({ ...letter, tenantId, fileId, correlationId })
      .onConflictDoNothing()
      .returning({ id: deadLetters.id });
    if (added.length === 0) return false;
    await auditAction(context, fileId, 'deadletter.OPEN');
    return true;
  },
  findDeadLetter: async (id) => (await select(context, eq(deadLetters.id, id), 1))[0],
  hasOpenDeadLetter: async (fileId) => {
    const isOpen = and(
      eq(deadLetters.tenantId, context.scope.tenantId),
      eq(deadLetters.fileId, fileId),
      eq(deadLetters.status, 'OPEN'),
    );
    return (await context.sql.$count(deadLetters, isOpen)) > 0;
  },
  listDeadLetters: (query) => select(context, and(matches(query), isAfter(query.after)), query.limit),
  countDeadLetters: async (query) => {
    const [row] = await context.sql
      .select({ total: count() })
      .from(deadLetters)
      .where(and(eq(deadLetters.tenantId, context.scope.tenantId), matches(query)));
    return row?.total ?? 0;
  },
  changeDeadLetter: (before, after) => change(context, before, after),
});

async function change(
  context: FileScope,
  { id, version: current }: DeadLetter,
  after: DeadLetter,
): Promise<boolean> {
  const { correlationId, tenantId } = context.scope;
  const { status, version, decidedBy, decidedAt, reason, fileId } = after;
  const isUnchanged = and(
    eq(deadLetters.tenantId, tenantId),
    eq(deadLetters.id, id),
    eq(deadLetters.version, current),
  );
  const changed = await context.sql
    .update(deadLetters)
    .set({ status, version, decidedBy, decidedAt, reason, correlationId })
    .where(isUnchanged)
    .returning({ id: deadLetters.id });
  if (changed.length === 0) return false;
  await auditAction(context, fileId, `deadletter.${status}`);
  return true;
}

type Attempts = Pick<
  DeadLetterTransaction,
  'noteFailedAttempt' | 'failedAttempts' | 'attemptsBeforeReplay' | 'interruptedAttempts'
>;

const createFailedAttempts = ({ sql: db, scope }: FileScope): Attempts => ({
  noteFailedAttempt: async (fileId, attempt) => {
    const { tenantId, correlationId } = scope;
    await db
      .insert(failedAttempts)
      .values({ ...attempt, tenantId, fileId, correlationId })
      .onConflictDoNothing();
  },
  failedAttempts: async (fileId, upTo, limit) => {
    const { attempt, failureClass, message, occurredAt } = failedAttempts;
    const rows = await db
      .select({ attempt, failureClass, message, occurredAt })
      .from(failedAttempts)
      .where(
        and(
          eq(failedAttempts.tenantId, scope.tenantId),
          eq(failedAttempts.fileId, fileId),
          lte(attempt, upTo),
        ),
      )
      .orderBy(desc(attempt))
      .limit(limit);
    return rows.toReversed().map((row) => ({ ...row, failureClass: row.failureClass as AttemptEnd }));
  },
  attemptsBeforeReplay: async (fileId) => {
    const [row] = await db
      .select({ attempts: max(deadLetters.attempt) })
      .from(deadLetters)
      .where(
        and(
          eq(deadLetters.tenantId, scope.tenantId),
          eq(deadLetters.fileId, fileId),
          eq(deadLetters.status, 'REPLAYED'),
        ),
      );
    return row?.attempts ?? 0;
  },
  interruptedAttempts: (fileId, after) => countInterrupted({ sql: db, scope }, fileId, after),
});

function countInterrupted(
  { sql: db, scope }: Pick<FileScope, 'sql' | 'scope'>,
  fileId: FileId,
  after: number,
): Promise<number> {
  const isInterrupted = and(
    eq(failedAttempts.tenantId, scope.tenantId),
    eq(failedAttempts.fileId, fileId),
    gt(failedAttempts.attempt, after),
    eq(failedAttempts.failureClass, 'INTERRUPTED'),
  );
  return db.$count(failedAttempts, isInterrupted);
}

async function select(
  { sql: db, scope }: FileScope,
  where: SQL | undefined,
  limit: number,
): Promise<LetterOfFile[]> {
  const rows = await db
    .select({ letter: columns, file: fileColumns })
    .from(deadLetters)
    .innerJoin(files, and(eq(files.tenantId, deadLetters.tenantId), eq(files.id, deadLetters.fileId)))
    .where(and(eq(deadLetters.tenantId, scope.tenantId), where))
    .orderBy(desc(deadLetters.createdAt), asc(deadLetters.id))
    .limit(limit);
  return rows.map(({ letter, file }) => ({ letter: toLetter(letter), file: toFile(file) }));
}

const matches = ({ statuses, causes, fileId }: Omit<LetterQuery, 'limit' | 'after'>): SQL | undefined =>
  and(
    statuses && inArray(deadLetters.status, [...statuses]),
    causes && inArray(deadLetters.cause, [...causes]),
    fileId === undefined ? undefined : eq(deadLetters.fileId, fileId),
  );

const isAfter = (after: LetterQuery['after']): SQL | undefined =>
  after &&
  sql`(${deadLetters.createdAt} < ${after.createdAt.toISOString()}::timestamptz
    or ${deadLetters.createdAt} = ${after.createdAt.toISOString()}::timestamptz and ${deadLetters.id} > ${after.id}::uuid)`;

/** Reads a row. What is written by this adapter and checked by the table needs no second check. */
const toLetter = (row: Pick<typeof deadLetters.$inferSelect, keyof typeof columns>): DeadLetter => ({
  ...row,
  tenantId: row.tenantId as TenantId,
  fileId: row.fileId as FileId,
  status: row.status as DeadLetterStatus,
  cause: row.cause as DeadLetterCause,
  failureClass: row.failureClass as AttemptEnd,
});
