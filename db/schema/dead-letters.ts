import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { clockNow, instant } from './columns.js';
import { files } from './files.js';
import { ofTenant, systemRole, tenantAdds, tenantChanges, tenantReads } from './roles-of-database.js';

/** Attempts at inspections that ended without a verdict. Rows are added, and never changed or removed by the app. */
export const failedAttempts = pgTable(
  'failed_attempts',
  {
    tenantId: uuid('tenant_id').notNull(),
    fileId: uuid('file_id').notNull(),
    attempt: integer('attempt').notNull(),
    failureClass: text('failure_class').notNull(),
    /** For people: never what an error said. */
    message: text('message').notNull(),
    occurredAt: instant('occurred_at').notNull().default(clockNow),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fileId, table.attempt] }),
    foreignKey({
      name: 'failed_attempts_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    check(
      'failed_attempts_class_known',
      sql`${table.failureClass} in ('TRANSIENT', 'RATE_LIMITED', 'OVERTIME', 'PERMANENT', 'UNKNOWN', 'INTERRUPTED', 'LOST')`,
    ),
    tenantReads('failed_attempts', table.tenantId),
    tenantAdds('failed_attempts', ofTenant(table.tenantId)),
  ],
);

/** Inspections that were given up, and what somebody decided over each. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    tenantId: uuid('tenant_id').notNull(),
    id: uuid('id').notNull().defaultRandom(),
    fileId: uuid('file_id').notNull(),
    /** Grows by one with the change of status. */
    version: integer('version').notNull().default(1),
    status: text('status').notNull().default('OPEN'),
    cause: text('cause').notNull(),
    failureClass: text('failure_class').notNull(),
    message: text('message').notNull(),
    attempt: integer('attempt').notNull(),
    createdAt: instant('created_at').notNull().default(clockNow),
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
    reason: text('reason'),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'dead_letters_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    uniqueIndex('dead_letters_one_open')
      .on(table.tenantId, table.fileId)
      .where(sql`${table.status} = 'OPEN'`),
    index('dead_letters_in_order').on(table.tenantId, table.createdAt, table.id),
    index('dead_letters_of_file').on(table.tenantId, table.fileId, table.attempt),
    index('dead_letters_open')
      .on(table.createdAt)
      .where(sql`${table.status} = 'OPEN'`),
    check('dead_letters_status_known', sql`${table.status} in ('OPEN', 'REPLAYED', 'DISCARDED')`),
    check(
      'dead_letters_cause_known',
      sql`${table.cause} in ('PAYLOAD_REFUSED', 'PERMANENT_FAILURE', 'ATTEMPTS_USED_UP', 'UNKNOWN_FAILURE', 'STALLED')`,
    ),
    check(
      'dead_letters_class_known',
      sql`${table.failureClass} in ('TRANSIENT', 'RATE_LIMITED', 'OVERTIME', 'PERMANENT', 'UNKNOWN', 'INTERRUPTED', 'LOST')`,
    ),
    check(
      'dead_letters_decided_by_somebody',
      sql`(${table.status} = 'OPEN') = (${table.decidedBy} is null) and (${table.decidedBy} is null) = (${table.decidedAt} is null)`,
    ),
    check(
      'dead_letters_discarded_for_a_reason',
      sql`${table.status} <> 'DISCARDED' or coalesce(${table.reason} ~ '\\S', false)`,
    ),
    tenantReads('dead_letters', table.tenantId),
    tenantAdds('dead_letters', sql`${ofTenant(table.tenantId)} and ${table.status} = 'OPEN'`),
    tenantChanges('dead_letters', table.tenantId),
    pgPolicy('dead_letters_system_finds_work', {
      for: 'select',
      to: systemRole,
      using: sql`${table.status} = 'OPEN'`,
    }),
  ],
);
