import { sql } from 'drizzle-orm';
import { pgPolicy, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.js';
import { systemRole } from './roles-of-database.js';

/** Work that one process at a time does every now and then; a row for each kind, of no tenant. */
export const maintenance = pgTable(
  'maintenance',
  {
    name: text('name').primaryKey(),
    /** Until when a process has the work; NULL when nobody does it. */
    leaseUntil: instant('lease_until'),
    /** Who has it. */
    holder: text('holder'),
    /** End of the last complete run. */
    finishedAt: instant('finished_at'),
  },
  () => [
    pgPolicy('maintenance_system_reads', { for: 'select', to: systemRole, using: sql`true` }),
    pgPolicy('maintenance_system_changes', {
      for: 'update',
      to: systemRole,
      using: sql`true`,
      withCheck: sql`true`,
    }),
  ],
);
