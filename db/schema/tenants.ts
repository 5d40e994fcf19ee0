import { sql } from 'drizzle-orm';
import { bigint, boolean, check, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { clockNow, instant } from './columns.js';
import { ownerProvisions, tenantChanges, tenantReads } from './roles-of-database.js';

/** Who rents the house, and what each may bring. */
export const tenants = pgTable(
  'tenants',
  {
    id: uuid('id').primaryKey(),
    slug: text('slug').notNull().unique(),
    name: text('name').notNull(),
    /** Ceiling of the operator; the tenant's own policy may say less. */
    maxFileBytes: bigint('max_file_bytes', { mode: 'number' }).notNull(),
    quotaBytes: bigint('quota_bytes', { mode: 'number' }).notNull(),
    quotaFiles: bigint('quota_files', { mode: 'number' }).notNull().default(1_000_000),
    /** Uploads that are open at the same time. */
    quotaUploads: integer('quota_uploads').notNull().default(10_000),
    /** Whether clients may send parts straight to the object store. */
    directTransfer: boolean('direct_transfer').notNull().default(false),
    createdAt: instant('created_at').notNull().default(clockNow),
  },
  (table) => [
    check('tenants_limits', sql`${table.maxFileBytes} >= 0 and ${table.quotaBytes} >= 0`),
    check('tenants_quotas', sql`${table.quotaFiles} >= 0 and ${table.quotaUploads} >= 0`),
    tenantReads('tenants', table.id),
    ownerProvisions('tenants'),
  ],
);

/** What a tenant uses of its quota. Apart from the tenant, because every upload locks this row. */
export const tenantUsage = pgTable(
  'tenant_usage',
  {
    tenantId: uuid('tenant_id')
      .primaryKey()
      .references(() => tenants.id),
    usedBytes: bigint('used_bytes', { mode: 'number' }).notNull().default(0),
    fileCount: bigint('file_count', { mode: 'number' }).notNull().default(0),
    openUploads: integer('open_uploads').notNull().default(0),
  },
  (table) => [
    // A counter below zero would be quota for free: better no write at all.
    check('tenant_usage_not_negative', sql`${table.usedBytes} >= 0 and ${table.fileCount} >= 0`),
    check('tenant_usage_uploads_not_negative', sql`${table.openUploads} >= 0`),
    tenantReads('tenant_usage', table.tenantId),
    tenantChanges('tenant_usage', table.tenantId),
    ownerProvisions('tenant_usage'),
  ],
);

/** What the roles of a tenant allow. */
export const roles = pgTable(
  'roles',
  {
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    name: text('name').notNull(),
    permissions: text('permissions').array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.name] }),
    tenantReads('roles', table.tenantId),
    ownerProvisions('roles'),
  ],
);
