import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { files } from './files.js';
import { ofTenant, tenantAdds, tenantChanges, tenantReads, tenantRemoves } from './roles-of-database.js';

/** The ledger: parts of open uploads that are durable and verified. */
export const parts = pgTable(
  'parts',
  {
    tenantId: uuid('tenant_id').notNull(),
    fileId: uuid('file_id').notNull(),
    partNumber: integer('part_number').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    etag: text('etag').notNull(),
    sha256: text('sha256'),
    md5: text('md5'),
    mac: text('mac'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fileId, table.partNumber] }),
    foreignKey({
      name: 'parts_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    check('parts_number_range', sql`${table.partNumber} between 1 and 10000 and ${table.sizeBytes} >= 0`),
    check('parts_sha256_form', sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
    check('parts_md5_form', sql`${table.md5} ~ '^[0-9a-f]{32}$'`),
    check('parts_mac_form', sql`${table.mac} ~ '^[0-9a-f]{64}$'`),
    tenantReads('parts', table.tenantId),
    tenantAdds('parts', ofTenant(table.tenantId)),
    tenantChanges('parts', table.tenantId),
    tenantRemoves('parts', table.tenantId),
  ],
);
