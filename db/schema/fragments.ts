import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { files } from './files.js';
import { ofTenant, tenantAdds, tenantReads, tenantRemoves } from './roles-of-database.js';

/** Beginnings of parts that have not arrived whole yet: durable, and not in the ledger. */
export const fragments = pgTable(
  'fragments',
  {
    tenantId: uuid('tenant_id').notNull(),
    fileId: uuid('file_id').notNull(),
    partNumber: integer('part_number').notNull(),
    /** From the beginning of the part. */
    offsetBytes: bigint('offset_bytes', { mode: 'number' }).notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    objectKey: text('object_key').notNull(),
    /** Of the bytes as they were received; NULL where nobody has made one. */
    mac: text('mac'),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.fileId, table.partNumber, table.offsetBytes] }),
    foreignKey({
      name: 'fragments_file',
      columns: [table.tenantId, table.fileId],
      foreignColumns: [files.tenantId, files.id],
    }),
    check(
      'fragments_range',
      sql`${table.partNumber} between 1 and 10000 and ${table.offsetBytes} >= 0 and ${table.sizeBytes} > 0`,
    ),
    check('fragments_mac_form', sql`${table.mac} ~ '^[0-9a-f]{64}$'`),
    tenantReads('fragments', table.tenantId),
    tenantAdds('fragments', ofTenant(table.tenantId)),
    tenantRemoves('fragments', table.tenantId),
  ],
);
