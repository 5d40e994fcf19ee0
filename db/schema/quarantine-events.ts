import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.js';
import { files } from './files.js';
import { currentSubject, ofTenant, ownerRecords, tenantAdds, tenantReads } from './roles-of-database.js';

/** Everything that happened in the quarantine. Rows are added, mostly by triggers, and never changed or removed. */
export const quarantineEvents = pgTable(
  'quarantine_events',
  {
    tenantId: uuid('tenant_id').notNull(),
    /** Position in the history of the tenant's quarantine: 1, 2, 3 ... without gaps. */
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    fileId: uuid('file_id').notNull(),
    releaseId: uuid('release_id'),
    kind: text('kind').notNull(),
    subject: text('subject').notNull(),
    reason: text('reason'),
    /** With a request: until when. */
    expiresAt: instant('expires_at'),
    /** With an end or a removal: why. */
    cause: text('cause'),
    occurredAt: instant('occurred_at').notNull(),
    correlationId: text('correlation_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.sequence] }),
    foreignKey({
      name: 'quarantine_events_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    check(
      'quarantine_events_kind_known',
      sql`${table.kind} in ('QUARANTINED', 'RELEASE_REQUESTED', 'RELEASE_APPROVED', 'RELEASE_REFUSED', 'RELEASE_ENDED',
        'CONTENT_REMOVED', 'RELEASED_DOWNLOAD', 'FORENSIC_DOWNLOAD')`,
    ),
    index('quarantine_events_of_file').on(table.tenantId, table.fileId, table.sequence),
    tenantReads('quarantine_events', table.tenantId),
    // What changes a row of the quarantine is recorded by triggers; of a download the app itself has to tell.
    tenantAdds(
      'quarantine_events',
      sql`${ofTenant(table.tenantId)} and ${table.subject} = ${currentSubject}
        and ${table.kind} in ('RELEASED_DOWNLOAD', 'FORENSIC_DOWNLOAD')`,
    ),
    ownerRecords('quarantine_events', table.tenantId),
  ],
);
