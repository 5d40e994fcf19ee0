import { sql } from 'drizzle-orm';
import {
  bigint,
  foreignKey,
  index,
  integer,
  pgPolicy,
  pgTable,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, json } from './columns.js';
import { files } from './files.js';
import { ofTenant, systemRole, tenantAdds, tenantReads } from './roles-of-database.js';
import { tenants } from './tenants.js';

/**
 * Every change of state, written together with it: the history that subscribers read, and the outbox that
 * the relay empties. A row has no sequence until the relay has numbered it.
 */
export const events = pgTable(
  'events',
  {
    /** Grows in the order of writing; the changes of one file are written one after the other. */
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    tenantId: uuid('tenant_id').notNull(),
    sequence: bigint('sequence', { mode: 'number' }),
    fileId: uuid('file_id').notNull(),
    version: integer('version').notNull(),
    fromState: text('from_state'),
    toState: text('to_state').notNull(),
    priority: text('priority').notNull(),
    attempt: integer('attempt').notNull(),
    snapshot: json('snapshot').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    correlationId: text('correlation_id').notNull(),
    traceparent: text('traceparent'),
    publishedAt: instant('published_at'),
  },
  (table) => [
    unique('events_sequence').on(table.tenantId, table.sequence),
    unique('events_version').on(table.tenantId, table.fileId, table.version),
    foreignKey({
      name: 'events_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    index('events_unnumbered')
      .on(table.id)
      .where(sql`${table.sequence} is null`),
    index('events_unpublished')
      .on(table.id)
      .where(sql`${table.publishedAt} is null`),
    tenantReads('events', table.tenantId),
    tenantAdds(
      'events',
      sql`${ofTenant(table.tenantId)} and ${table.sequence} is null and ${table.publishedAt} is null`,
    ),
    pgPolicy('events_system_reads', { for: 'select', to: systemRole, using: sql`true` }),
    pgPolicy('events_system_numbers', {
      for: 'update',
      to: systemRole,
      using: sql`${table.publishedAt} is null`,
      withCheck: sql`${table.sequence} is not null`,
    }),
  ],
);

/** The newest sequence of each tenant. */
export const eventHeads = pgTable(
  'event_heads',
  {
    tenantId: uuid('tenant_id')
      .primaryKey()
      .references(() => tenants.id),
    lastSequence: bigint('last_sequence', { mode: 'number' }).notNull(),
  },
  (table) => [
    tenantReads('event_heads', table.tenantId),
    pgPolicy('event_heads_system_counts', {
      for: 'all',
      to: systemRole,
      using: sql`true`,
      withCheck: sql`${table.lastSequence} >= 0`,
    }),
  ],
);
