import { sql } from 'drizzle-orm';
import { boolean, check, pgPolicy, pgTable, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.js';
import { appRole, systemRole } from './roles-of-database.js';

/**
 * The object store that has the bytes of all files: one row, of no tenant. Whoever opens a store compares, so that an empty
 * mount point, or a bucket with another name, is never taken for it.
 */
export const objectStore = pgTable(
  'object_store',
  {
    isOnly: boolean('is_only').primaryKey().default(true),
    id: uuid('id').notNull(),
    /** When the store was seen to have the id; NULL until then, and never changed afterwards. */
    settledAt: instant('settled_at'),
  },
  (table) => [
    check('object_store_one_row', sql`${table.isOnly}`),
    pgPolicy('object_store_read', { for: 'select', to: [appRole, systemRole], using: sql`true` }),
    pgPolicy('object_store_added', { for: 'insert', to: [appRole, systemRole], withCheck: sql`true` }),
    pgPolicy('object_store_settled', {
      for: 'update',
      to: [appRole, systemRole],
      using: sql`${table.settledAt} is null`,
      withCheck: sql`true`,
    }),
  ],
);
