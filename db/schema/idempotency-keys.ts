import { sql } from 'drizzle-orm';
import { bigint, index, pgPolicy, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant, json } from './columns.js';
import { ofTenant, systemRole, tenantAdds, tenantChanges, tenantReads } from './roles-of-database.js';
import { tenants } from './tenants.js';

/** Requests that must have one effect and one answer. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** Names the row to the collector, which does not see the keys of clients. */
    id: bigint('id', { mode: 'bigint' }).notNull().unique().generatedAlwaysAsIdentity(),
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    key: text('key').notNull(),
    fingerprint: text('fingerprint').notNull(),
    /** NULL until the answer is stored. */
    answer: json('answer'),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.key] }),
    index('idempotency_keys_expiry').on(table.expiresAt),
    tenantReads('idempotency_keys', table.tenantId),
    tenantAdds('idempotency_keys', ofTenant(table.tenantId)),
    tenantChanges('idempotency_keys', table.tenantId),
    pgPolicy('idempotency_keys_system_reads', {
      for: 'select',
      to: systemRole,
      using: sql`${table.expiresAt} <= now()`,
    }),
    pgPolicy('idempotency_keys_system_forgets', {
      for: 'delete',
      to: systemRole,
      using: sql`${table.expiresAt} <= now()`,
    }),
  ],
);
