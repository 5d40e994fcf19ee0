import {
  and,
  asc,
  count,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lte,
  min,
  notInArray,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { deadLetters } from '../../../db/schema/dead-letters.js';
import { eventHeads, events } from '../../../db/schema/events.js';
import { files } from '../../../db/schema/files.js';
import { idempotencyKeys } from '../../../db/schema/idempotency-keys.js';
import { possessionChallenges } from '../../../db/schema/possession-challenges.js';
import type { Priority } from '../../domain/file.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { Backlog, BacklogCounts, DueCleanup, DueFile } from '../../ports/backlog.js';
import type { InspectionJob } from '../../ports/job-queue.js';
import type { Database } from './database.js';
import { transactionNow, transactionNowMinus } from './file-scope.js';
import { countDeadLetters, dueDeadLetters } from './dead-letter-backlog.js';
import { createQuarantineBacklog } from './quarantine-backlog.js';
import { createRescanBacklog } from './rescan-backlog.js';
import type { Sql } from './session.js';

/** How the backlog looks for lost work. */
export interface BacklogOptions {
  /** How long the queue has time to deliver before an inspection counts as lost; @default 2000 */
  readonly graceMs?: number;
}

const DEFAULT_GRACE_MS = 2_000;
const isOpen = inArray(files.state, ['PENDING', 'RECEIVING']);
const isScanning = eq(files.state, 'SCANNING');
const isEnded = notInArray(files.state, ['PENDING', 'RECEIVING', 'SCANNING']);
const mayNotBeReplayed = sql`(${files.state} <> 'UNSCANNABLE' or not exists (select from ${deadLetters} as letter
  where letter.tenant_id = ${files.tenantId} and letter.file_id = ${files.id} and letter.status = 'OPEN'))`;
const hasNoLease = or(isNull(files.leaseUntil), lte(files.leaseUntil, transactionNow));

const isListingDue = and(isOpen, eq(files.transferMode, 'DIRECT'), lte(files.listingDueAt, transactionNow));

/** Lost and overdue work of all tenants. Needs a pool that logs in as `lazaret_system`. */
export function createBacklog(
  database: Database,
  { graceMs = DEFAULT_GRACE_MS }: BacklogOptions = {},
): Backlog {
  const across = <T>(work: (db: Sql) => Promise<T>): Promise<T> =>
    database.transaction({ kind: 'system' }, ({ sql: db }) => work(db));
  return {
    dueInspections: (limit) => across((db) => dueInspections(db, graceMs, limit)),
    dueExpiries: (limit) =>
      across((db) =>
        dueFiles(db, and(isOpen, lte(files.expiresAt, transactionNow)), asc(files.expiresAt), limit),
      ),
    dueListings: (limit) => across((db) => dueFiles(db, isListingDue, asc(files.listingDueAt), limit)),
    dueCleanups: (limit, after) => across((db) => dueCleanups(db, limit, after)),
    dueDeadLetters: (minAgeMs, limit) => across((db) => dueDeadLetters(db, minAgeMs, limit)),
    ...createQuarantineBacklog(across),
    ...createRescanBacklog(across),
    forgetExpiredKeys: (limit) => across((db) => forgetExpiredKeys(db, limit)),
    forgetExpiredChallenges: (limit) => across((db) => forgetExpiredChallenges(db, limit)),
    tenants: (limit, after) => across((db) => findTenants(db, limit, after)),
    counts: () => across(countBacklog),
  };
}

async function dueInspections(db: Sql, graceMs: number, limit: number): Promise<InspectionJob[]> {
  const { tenantId, id, attempt, priority, sizeBytes, correlationId, traceparent } = files;
  const rows = await db
    .select({ tenantId, id, attempt, priority, sizeBytes, correlationId, traceparent })
    .from(files)
    .where(
      and(
        isScanning,
        isNotNull(files.queueNumber),
        hasNoLease,
        lte(files.nextAttemptAt, transactionNowMinus(graceMs)),
      ),
    )
    .orderBy(asc(files.nextAttemptAt))
    .limit(limit);
  return rows.map((row) => ({
    tenantId: row.tenantId as TenantId,
    fileId: row.id as FileId,
    attempt: row.attempt,
    priority: row.priority as Priority,
    correlationId: row.correlationId,
    ...(row.sizeBytes === null ? {} : { sizeBytes: row.sizeBytes }),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  }));
}

async function dueFiles(db: Sql, isDue: SQL | undefined, order: SQL, limit: number): Promise<DueFile[]> {
  const rows = await db
    .select({ tenantId: files.tenantId, id: files.id })
    .from(files)
    .where(isDue)
    .orderBy(order)
    .limit(limit);
  return rows.map((row) => ({ tenantId: row.tenantId as TenantId, fileId: row.id as FileId }));
}

async function dueCleanups(db: Sql, limit: number, after?: DueCleanup): Promise<DueCleanup[]> {
  const { tenantId, id: fileId, updatedAt } = files;
  const isBehind =
    after &&
    sql`(${updatedAt}, ${fileId}) > (${after.updatedAt.toISOString()}::timestamptz, ${after.fileId}::uuid)`;
  const rows = await db
    .select({ tenantId, fileId, updatedAt })
    .from(files)
    .where(and(isEnded, isNull(files.stagedRemovedAt), mayNotBeReplayed, isBehind))
    .orderBy(asc(updatedAt), asc(fileId))
    .limit(limit);
  return rows.map((row) => ({
    ...row,
    tenantId: row.tenantId as TenantId,
    fileId: row.fileId as FileId,
  }));
}

async function forgetExpiredKeys(db: Sql, limit: number): Promise<number> {
  // The policy shows expired keys and no others.
  const expired = db.select({ id: idempotencyKeys.id }).from(idempotencyKeys).limit(limit);
  const forgotten = await db
    .delete(idempotencyKeys)
    .where(inArray(idempotencyKeys.id, expired))
    .returning({ id: idempotencyKeys.id });
  return forgotten.length;
}

async function forgetExpiredChallenges(db: Sql, limit: number): Promise<number> {
  const { id } = possessionChallenges;
  // As with the keys: the policy shows those that are over and no others.
  const expired = db.select({ id }).from(possessionChallenges).limit(limit);
  const forgotten = await db.delete(possessionChallenges).where(inArray(id, expired)).returning({ id });
  return forgotten.length;
}

async function findTenants(db: Sql, limit: number, after?: TenantId): Promise<TenantId[]> {
  const rows = await db
    .select({ tenantId: eventHeads.tenantId })
    .from(eventHeads)
    .where(after === undefined ? undefined : gt(eventHeads.tenantId, after))
    .orderBy(asc(eventHeads.tenantId))
    .limit(limit);
  return rows.map(({ tenantId }) => tenantId as TenantId);
}

async function countBacklog(db: Sql): Promise<BacklogCounts> {
  const [outbox] = await db.select({ total: count() }).from(events).where(isNull(events.publishedAt));
  return {
    ...(await countScanning(db)),
    unpublished: outbox?.total ?? 0,
    ...(await countDeadLetters(db)),
  };
}

/** Those that have had their turn and those that wait for it each have an index; both together have none. */
async function countScanning(db: Sql): Promise<Pick<BacklogCounts, 'scanning' | 'oldestScanningMs'>> {
  const age = sql`extract(epoch from ${transactionNow} - ${min(files.queuedAt)}) * 1000`.mapWith(Number);
  const those = (hasTurn: SQL) =>
    db.select({ total: count(), age }).from(files).where(and(isScanning, hasTurn));
  const halves = await unionAll(those(isNull(files.queueNumber)), those(isNotNull(files.queueNumber)));
  return {
    scanning: halves.reduce((sum, { total }) => sum + total, 0),
    oldestScanningMs: Math.round(Math.max(0, ...halves.map((half) => half.age))),
  };
}
