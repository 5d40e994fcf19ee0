import { sql } from 'drizzle-orm';
import { bigint, foreignKey, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { clockNow, instant } from './columns.js';
import { files } from './files.js';
import { currentSubject, ofTenant, tenantAdds, tenantReads } from './roles-of-database.js';

/** Who did what to which file. Rows are added, and never changed or removed by the app. */
export const audit = pgTable(
  'audit',
  {
    id: bigint('id', { mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
    tenantId: uuid('tenant_id').notNull(),
    subject: text('subject').notNull(),
    /** What was done, e.g. `file.CLEAN` for the change into that state. */
    action: text('action').notNull(),
    fileId: uuid('file_id').notNull(),
    version: integer('version').notNull(),
    correlationId: text('correlation_id').notNull(),
    recordedAt: instant('recorded_at').notNull().default(clockNow),
  },
  (table) => [
    foreignKey({
      name: 'audit_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    index('audit_of_file').on(table.tenantId, table.fileId, table.id),
    tenantReads('audit', table.tenantId),
    // Nobody signs with another's name: the subject is the one that the transaction runs for.
    tenantAdds('audit', sql`${ofTenant(table.tenantId)} and ${table.subject} = ${currentSubject}`),
  ],
);
