import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgPolicy,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, json } from './columns.js';
import {
  currentSubject,
  ofTenant,
  systemRole,
  tenantAdds,
  tenantChanges,
  tenantReads,
} from './roles-of-database.js';
import { tenants } from './tenants.js';

/** Numbers of turns in the queue; each run that hands out takes a thousand. */
export const queueNumbers = pgSequence('queue_numbers', { increment: 1000 });

/**
 * Files and their uploads. The rules between columns are those that no code may ever break. A comparison
 * with NULL lets a row pass a check, so whatever must be known is asked for with `is not null` or `coalesce`.
 */
export const files = pgTable(
  'files',
  {
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    id: uuid('id').notNull(),
    version: integer('version').notNull(),
    name: text('name').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }),
    declaredType: text('declared_type'),
    declaredSha256: text('declared_sha256'),
    detectedType: text('detected_type'),
    sha256: text('sha256'),
    state: text('state').notNull(),
    priority: text('priority').notNull(),
    metadata: json('metadata').notNull(),
    verdict: json('verdict'),
    partSizeBytes: bigint('part_size_bytes', { mode: 'number' }).notNull(),
    isPartSizeOpen: boolean('is_part_size_open').notNull().default(false),
    transferMode: text('transfer_mode').notNull().default('PROXIED'),
    receivedBytes: bigint('received_bytes', { mode: 'number' }).notNull(),
    scannedBytes: bigint('scanned_bytes', { mode: 'number' }).notNull(),
    ingestHandle: text('ingest_handle'),
    ingestKey: text('ingest_key').notNull(),
    vaultKey: text('vault_key'),
    attempt: integer('attempt').notNull(),
    appendToken: integer('append_token').notNull().default(0),
    expiresAt: instant('expires_at'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Until when the running inspection owns the file; NULL when none runs. */
    leaseUntil: instant('lease_until'),
    /** Before this, no inspection is due. */
    nextAttemptAt: instant('next_attempt_at'),
    /** When the file began to wait for its verdict. */
    queuedAt: instant('queued_at'),
    /** Number of its turn in the queue, over all tenants; NULL while it waits for its turn in the database. */
    queueNumber: bigint('queue_number', { mode: 'number' }),
    /** When the bytes in the `ingest` area were removed. */
    stagedRemovedAt: instant('staged_removed_at'),
    /** When the store was last asked which parts it has, of an upload whose parts do not come through the API. */
    partsListedAt: instant('parts_listed_at'),
    /** When such an upload was last seen to move. */
    directActiveAt: instant('direct_active_at'),
    /** When the store is to be asked again, of such an upload. */
    listingDueAt: instant('listing_due_at')
      .notNull()
      .default(sql`to_timestamp(0)`),
    /** Of the last change of state, so that work which the queue lost joins the same trace again. */
    correlationId: text('correlation_id').notNull(),
    traceparent: text('traceparent'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    check(
      'files_state_known',
      sql`${table.state} in ('PENDING', 'RECEIVING', 'SCANNING', 'CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED')`,
    ),
    check('files_priority_known', sql`${table.priority} in ('INTERACTIVE', 'BULK')`),
    check('files_transfer_mode_known', sql`${table.transferMode} in ('PROXIED', 'DIRECT')`),
    check('files_served_only_when_clean', sql`(${table.vaultKey} is not null) = (${table.state} = 'CLEAN')`),
    check(
      'files_clean_is_proven',
      sql`${table.state} <> 'CLEAN' or (${table.sha256} is not null and ${table.verdict} is not null
        and coalesce(${table.verdict} ->> 'definitionsVersion', '') <> ''
        and (${table.declaredSha256} is null or ${table.declaredSha256} = ${table.sha256}))`,
    ),
    check(
      'files_verdict_matches_state',
      sql`case when ${table.state} in ('CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED')
        then coalesce(${table.verdict} ->> 'outcome' = ${table.state}, false)
        else ${table.verdict} is null or ${table.state} = 'DELETED' end`,
    ),
    check(
      'files_complete_before_inspection',
      sql`${table.state} not in ('SCANNING', 'CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED')
        or coalesce(${table.sizeBytes} = ${table.receivedBytes}, false)`,
    ),
    check(
      'files_counts_not_negative',
      sql`${table.version} >= 1 and ${table.attempt} >= 0 and ${table.sizeBytes} >= 0
        and ${table.receivedBytes} >= 0 and ${table.scannedBytes} >= 0 and ${table.partSizeBytes} > 0`,
    ),
    check('files_received_within_size', sql`${table.receivedBytes} <= ${table.sizeBytes}`),
    check('files_lease_only_when_scanning', sql`${table.leaseUntil} is null or ${table.state} = 'SCANNING'`),
    check(
      'files_sha256_form',
      sql`${table.sha256} ~ '^[0-9a-f]{64}$' and ${table.declaredSha256} ~ '^[0-9a-f]{64}$'`,
    ),
    // Lists of a tenant's files, newest first, that its users narrow down.
    index('files_of_state').on(table.tenantId, table.state, table.id),
    index('files_of_creator').on(table.tenantId, table.createdBy, table.id),
    index('files_waiting')
      .on(table.tenantId, table.priority, table.nextAttemptAt, table.id)
      .where(sql`${table.state} = 'SCANNING' and ${table.queueNumber} is null`),
    index('files_in_queue')
      .on(table.tenantId, table.priority, table.queueNumber)
      .where(sql`${table.state} = 'SCANNING' and ${table.queueNumber} is not null`),
    index('files_due_expiry')
      .on(table.expiresAt)
      .where(sql`${table.state} in ('PENDING', 'RECEIVING')`),
    index('files_due_cleanup')
      .on(table.updatedAt)
      .where(
        sql`${table.stagedRemovedAt} is null and ${table.state} not in ('PENDING', 'RECEIVING', 'SCANNING')`,
      ),
    index('files_served')
      .on(table.tenantId, table.vaultKey)
      .where(sql`${table.vaultKey} is not null`),
    index('files_due_listing')
      .on(table.listingDueAt)
      .where(sql`${table.transferMode} = 'DIRECT' and ${table.state} in ('PENDING', 'RECEIVING')`),
    tenantReads('files', table.tenantId),
    tenantAdds('files', sql`${ofTenant(table.tenantId)} and ${table.createdBy} = ${currentSubject}`),
    tenantChanges('files', table.tenantId),
    pgPolicy('files_system_finds_work', {
      for: 'select',
      to: systemRole,
      using: sql`${table.state} in ('PENDING', 'RECEIVING', 'SCANNING') or ${table.stagedRemovedAt} is null`,
    }),
    pgPolicy('files_system_hands_out', {
      for: 'update',
      to: systemRole,
      using: sql`${table.state} = 'SCANNING'`,
      withCheck: sql`${table.state} = 'SCANNING'`,
    }),
  ],
);
