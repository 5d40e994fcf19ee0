import { sql } from 'drizzle-orm';
import { bigint, check, index, pgPolicy, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.js';
import { appRole, currentSubject, ofTenant, systemRole } from './roles-of-database.js';
import { tenants } from './tenants.js';

/** Questions whether somebody holds certain bytes. Whoever answers one takes it away. */
export const possessionChallenges = pgTable(
  'possession_challenges',
  {
    /** Names the row to the collector, which sees no challenges. */
    id: bigint('id', { mode: 'bigint' }).notNull().unique().generatedAlwaysAsIdentity(),
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    challenge: text('challenge').notNull(),
    /** Who was asked; nobody else sees the row. */
    subject: text('subject').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => {
    const isOwn = sql`${ofTenant(table.tenantId)} and ${table.subject} = ${currentSubject}`;
    const isOver = sql`${table.expiresAt} <= now()`;
    return [
      primaryKey({ columns: [table.tenantId, table.challenge] }),
      index('possession_challenges_of_subject').on(table.tenantId, table.subject, table.expiresAt),
      index('possession_challenges_expiry').on(table.expiresAt),
      check(
        'possession_challenges_form',
        sql`${table.challenge} ~ '^[0-9a-f]{64}$' and ${table.sizeBytes} >= 0`,
      ),
      pgPolicy('possession_challenges_subject_reads', { for: 'select', to: appRole, using: isOwn }),
      pgPolicy('possession_challenges_subject_asks', { for: 'insert', to: appRole, withCheck: isOwn }),
      pgPolicy('possession_challenges_subject_takes', { for: 'delete', to: appRole, using: isOwn }),
      pgPolicy('possession_challenges_system_reads', { for: 'select', to: systemRole, using: isOver }),
      pgPolicy('possession_challenges_system_forgets', { for: 'delete', to: systemRole, using: isOver }),
    ];
  },
);
