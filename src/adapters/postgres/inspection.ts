import { and, eq, gt, isNotNull, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { files } from '../../../db/schema/files.js';
import type { FileId } from '../../domain/ids.js';
import { ENTRIES_OF_BEGIN } from '../../domain/saga-entry.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { fileColumns, toFile } from './file-row.js';
import { databaseNow, databaseNowPlus, isFile, isGivenFile, type FileScope } from './file-scope.js';
import { given, prepared } from './prepared.js';
import { GIVEN_STEPS, insertSteps } from './saga-log.js';

type Inspection = Pick<
  FileTransaction,
  'beginInspection' | 'renewInspection' | 'postponeInspection' | 'queuePosition'
>;

const isScanning = eq(files.state, 'SCANNING');
const hasNoLease = or(isNull(files.leaseUntil), lte(files.leaseUntil, databaseNow));

/** Leases of inspections. The number of the attempt fences off whoever lost its lease. */
export const createInspection = (context: FileScope): Inspection => ({
  beginInspection: async (id, leaseMs) => {
    const [row] = await begin(context, { id, leaseMs, entries: ENTRIES_OF_BEGIN });
    return row && toFile(row);
  },
  renewInspection: (id, attempt, scannedBytes, leaseMs) =>
    writeLease(context, id, attempt, {
      leaseUntil: databaseNowPlus(leaseMs),
      scannedBytes: sql`greatest(${files.scannedBytes}, ${scannedBytes}::bigint)`,
    }),
  postponeInspection: (id, attempt, delayMs) =>
    writeLease(context, id, attempt, {
      leaseUntil: null,
      nextAttemptAt: databaseNowPlus(delayMs),
      queueNumber: null,
    }),
  queuePosition: (id) => queuePosition(context, id),
});

const begin = prepared((db) => {
  const update = db
    .update(files)
    .set({ attempt: sql`${files.attempt} + 1`, leaseUntil: databaseNowPlus(given('leaseMs')) })
    .where(and(isGivenFile, isScanning, hasNoLease))
    .returning(fileColumns);
  const begun = db.$with('begun').as(update);
  const origin = { from: sql`begun`, run: sql`begun.attempt` };
  const steps = db.$with('step', {}).as(insertSteps(GIVEN_STEPS, origin));
  return db.with(begun, steps).select().from(begun);
});

/** @returns false when the attempt is not the current one, or the file is decided */
async function writeLease(
  context: FileScope,
  id: FileId,
  attempt: number,
  lease: PgUpdateSetSource<typeof files>,
): Promise<boolean> {
  const rows = await context.sql
    .update(files)
    .set(lease)
    .where(and(isFile(context, id), isScanning, eq(files.attempt, attempt)))
    .returning({ id: files.id });
  return rows.length === 1;
}

/**
 * Those that are being inspected already are not in the queue, so the first that waits has position zero. More urgent
 * ones come first, then those that have their turn, in its order, then by when each is due.
 */
async function queuePosition(context: FileScope, id: FileId): Promise<number | null> {
  const { sql: db, scope } = context;
  const { priority, queueNumber, nextAttemptAt } = files;
  const [file] = await db
    .select({ priority, queueNumber, nextAttemptAt })
    .from(files)
    .where(and(isFile(context, id), isScanning, hasNoLease));
  if (!file) return null;
  // INTERACTIVE sorts after BULK, and comes first.
  const isUrgent = gt(priority, file.priority);
  const isEqual = eq(priority, file.priority);
  const isDueSooner = sql`(${nextAttemptAt}, ${files.id}) < (${file.nextAttemptAt?.toISOString() ?? null}::timestamptz, ${id}::uuid)`;
  const count = (where: SQL | undefined): Promise<number> =>
    db.$count(files, and(eq(files.tenantId, scope.tenantId), isScanning, hasNoLease, where));
  if (file.queueNumber !== null) {
    const isBefore = and(isEqual, lt(queueNumber, file.queueNumber));
    return (
      (await count(and(isNotNull(queueNumber), or(isUrgent, isBefore)))) +
      (await count(and(isNull(queueNumber), isUrgent)))
    );
  }
  const inQueue = await count(and(isNotNull(queueNumber), or(isUrgent, isEqual)));
  return inQueue + (await count(and(isNull(queueNumber), or(isUrgent, and(isEqual, isDueSooner)))));
}
