import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { clockNow, instant } from './columns.js';
import { files } from './files.js';
import { ofTenant, tenantAdds, tenantReads } from './roles-of-database.js';

/**
 * Every step of every saga of a file with what became of it. Rows are added, mostly by the statement that changes what
 * they tell of, and never changed or removed; they stay as long as the record of the file.
 */
export const sagaSteps = pgTable(
  'saga_steps',
  {
    tenantId: uuid('tenant_id').notNull(),
    fileId: uuid('file_id').notNull(),
    /** Grows in the order of writing; the log of one file is written by one transaction at a time. */
    id: bigint('id', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    saga: text('saga').notNull(),
    /** The attempt of an inspection, the id of a release, else the version of the file. */
    run: text('run').notNull(),
    step: text('step').notNull(),
    outcome: text('outcome').notNull(),
    /** A code, never a message. */
    cause: text('cause'),
    at: instant('at').notNull().default(clockNow),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fileId, table.id] }),
    foreignKey({
      name: 'saga_steps_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    check(
      'saga_steps_step_known',
      sql`${table.saga} || '.' || ${table.step} in ('COMPLETION.OPEN', 'COMPLETION.HAND_OVER', 'COMPLETION.ASSEMBLE',
        'INSPECTION.SEAL', 'INSPECTION.DECIDE', 'INSPECTION.CLEAN_UP', 'QUARANTINE.ENTER', 'QUARANTINE.MOVE',
        'QUARANTINE.CLEAN_UP', 'RELEASE.REQUEST', 'RELEASE.APPROVE', 'RELEASE.END', 'DELETION.END', 'DELETION.REMOVE')`,
    ),
    check('saga_steps_outcome_known', sql`${table.outcome} in ('STARTED', 'DONE', 'FAILED', 'COMPENSATED')`),
    check('saga_steps_cause_is_code', sql`${table.cause} ~ '^[A-Z_]{1,40}$'`),
    // Two processes may carry out the same step, as each can be repeated; it is done once.
    uniqueIndex('saga_steps_end_once')
      .on(table.tenantId, table.fileId, table.saga, table.run, table.step, table.outcome)
      .where(sql`${table.outcome} in ('DONE', 'COMPENSATED')`),
    tenantReads('saga_steps', table.tenantId),
    tenantAdds('saga_steps', ofTenant(table.tenantId)),
  ],
);
