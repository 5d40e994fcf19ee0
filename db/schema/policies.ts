import { sql } from 'drizzle-orm';
import { check, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { clockNow, instant, json } from './columns.js';
import { currentSubject, ofTenant, ownerProvisions, tenantAdds, tenantReads } from './roles-of-database.js';
import { tenants } from './tenants.js';

/** What each tenant has decided for its files: every version, with who, when and why. Never changed, never removed. */
export const policies = pgTable(
  'policies',
  {
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    /** 1, 2, 3 ... for each tenant without gaps. */
    version: integer('version').notNull(),
    rules: json('rules').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull().default(clockNow),
    reason: text('reason').notNull(),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.version] }),
    check('policies_counted', sql`${table.version} >= 1`),
    check('policies_reasoned', sql`${table.reason} ~ '\\S'`),
    check(
      'policies_rules_form',
      sql`coalesce(jsonb_typeof(${table.rules} -> 'maxFileBytes') = 'number'
        and jsonb_typeof(${table.rules} -> 'maxBytesByType') = 'object'
        and jsonb_typeof(${table.rules} -> 'findingActions') = 'object'
        and jsonb_typeof(${table.rules} -> 'allowedTypes') = 'array' and jsonb_typeof(${table.rules} -> 'deniedTypes') = 'array'
        and jsonb_typeof(${table.rules} -> 'allowedExtensions') = 'array'
        and jsonb_typeof(${table.rules} -> 'deniedExtensions') = 'array'
        and ${table.rules} ->> 'oversize' in ('UNSCANNABLE', 'OVERLAPPING_SEGMENTS'), false)`,
    ),
    tenantReads('policies', table.tenantId),
    // Nobody decides in another's name.
    tenantAdds('policies', sql`${ofTenant(table.tenantId)} and ${table.createdBy} = ${currentSubject}`),
    ownerProvisions('policies'),
  ],
);
