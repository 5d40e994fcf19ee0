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
import { instant } from './columns.js';
import { files } from './files.js';
import {
  currentSubject,
  ofTenant,
  ownerRecords,
  systemRole,
  tenantAdds,
  tenantChanges,
  tenantReads,
} from './roles-of-database.js';

/** Infected content: where it is, and for how long. A trigger on the files adds the row with the verdict. */
export const quarantine = pgTable(
  'quarantine',
  {
    tenantId: uuid('tenant_id').notNull(),
    fileId: uuid('file_id').notNull(),
    quarantinedAt: instant('quarantined_at').notNull(),
    /** Key in the vault that the content has to be taken from; NULL where it was staged. */
    sourceKey: text('source_key'),
    /** When the content had arrived in the quarantine area. */
    heldAt: instant('held_at'),
    /** Until when the content is kept. */
    retainedUntil: instant('retained_until'),
    /** When the content was gone. */
    removedAt: instant('removed_at'),
    /** RETENTION, DELETED, or LOST where there was nothing to move. */
    removalCause: text('removal_cause'),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fileId] }),
    foreignKey({
      name: 'quarantine_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    check('quarantine_held_for_a_time', sql`(${table.heldAt} is null) = (${table.retainedUntil} is null)`),
    check(
      'quarantine_removed_for_a_cause',
      sql`(${table.removedAt} is null) = (${table.removalCause} is null)`,
    ),
    check('quarantine_cause_known', sql`${table.removalCause} in ('RETENTION', 'DELETED', 'LOST')`),
    index('quarantine_in_order').on(table.tenantId, table.quarantinedAt, table.fileId),
    index('quarantine_due_retention')
      .on(table.retainedUntil)
      .where(sql`${table.removedAt} is null`),
    index('quarantine_sources')
      .on(table.tenantId, table.sourceKey)
      .where(sql`${table.sourceKey} is not null`),
    tenantReads('quarantine', table.tenantId),
    ownerRecords('quarantine', table.tenantId),
    tenantChanges('quarantine', table.tenantId),
    pgPolicy('quarantine_system_finds_work', {
      for: 'select',
      to: systemRole,
      using: sql`${table.removedAt} is null`,
    }),
  ],
);

/** Requests to let infected content out, and what became of each. */
export const releases = pgTable(
  'releases',
  {
    tenantId: uuid('tenant_id').notNull(),
    id: uuid('id').notNull(),
    fileId: uuid('file_id').notNull(),
    /** Grows by one with every change of status. */
    version: integer('version').notNull(),
    status: text('status').notNull(),
    reason: text('reason').notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: instant('requested_at').notNull(),
    /** When it ends by itself. */
    expiresAt: instant('expires_at').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
    decisionReason: text('decision_reason'),
    endedBy: text('ended_by'),
    endedAt: instant('ended_at'),
    endCause: text('end_cause'),
    endReason: text('end_reason'),
    /** Definitions that the content was last examined with. */
    definitionsVersion: text('definitions_version').notNull(),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'releases_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    uniqueIndex('releases_one_open')
      .on(table.tenantId, table.fileId)
      .where(sql`${table.status} in ('REQUESTED', 'APPROVED')`),
    index('releases_of_file').on(table.tenantId, table.fileId, table.requestedAt),
    index('releases_due_end')
      .on(table.expiresAt)
      .where(sql`${table.status} in ('REQUESTED', 'APPROVED')`),
    // Whoever asks never answers, whatever roles they have.
    check(
      'releases_four_eyes',
      sql`${table.decidedBy} is null or ${table.decidedBy} <> ${table.requestedBy}`,
    ),
    check('releases_status_known', sql`${table.status} in ('REQUESTED', 'APPROVED', 'REFUSED', 'ENDED')`),
    check('releases_reasoned', sql`${table.reason} ~ '\\S'`),
    check('releases_for_a_time', sql`${table.expiresAt} > ${table.requestedAt}`),
    check(
      'releases_decided_by_somebody',
      sql`(${table.decidedBy} is null) = (${table.decidedAt} is null)
        and (${table.status} <> 'REQUESTED' or ${table.decidedBy} is null)
        and (${table.status} not in ('APPROVED', 'REFUSED') or ${table.decidedBy} is not null)`,
    ),
    check(
      'releases_ended_for_a_cause',
      sql`(${table.status} = 'ENDED') = (${table.endedAt} is not null)
        and (${table.endedAt} is null) = (${table.endCause} is null) and (${table.endedAt} is null) = (${table.endedBy} is null)`,
    ),
    check('releases_cause_known', sql`${table.endCause} in ('EXPIRED', 'REVOKED', 'HIT', 'REMOVED')`),
    tenantReads('releases', table.tenantId),
    tenantAdds(
      'releases',
      sql`${ofTenant(table.tenantId)} and ${table.requestedBy} = ${currentSubject} and ${table.status} = 'REQUESTED'`,
    ),
    tenantChanges('releases', table.tenantId),
    ownerRecords('releases', table.tenantId),
    pgPolicy('releases_system_finds_work', {
      for: 'select',
      to: systemRole,
      using: sql`${table.status} in ('REQUESTED', 'APPROVED')`,
    }),
  ],
);
