import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.js';
import {
  appRole,
  ofTenant,
  systemRole,
  tenantAdds,
  tenantChanges,
  tenantReads,
} from './roles-of-database.js';
import { tenants } from './tenants.js';

/**
 * Sealed copies, each with the number of files that refer to it. A trigger on the files keeps the numbers, so
 * that no code can forget one. A copy without references is on its way out and never gets another.
 */
export const contents = pgTable(
  'contents',
  {
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id),
    vaultKey: text('vault_key').notNull(),
    sha256: text('sha256').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    /** Bytes of each block whose MAC is known; NULL where there is one block, or was sealed before blocks were proven. */
    blockBytes: integer('block_bytes'),
    /** The key, then the MAC of each block. */
    blockMacs: bytes('block_macs'),
    referenceCount: bigint('reference_count', { mode: 'number' }).notNull().default(0),
    /** Whether files with the same content may refer to it: at most one copy of a content takes references. */
    isJoinable: boolean('is_joinable').notNull(),
    /** Of the last clean inspection of these bytes. */
    engine: text('engine').notNull().default(''),
    /** Empty where the last inspection of these bytes did not find them clean. */
    definitionsVersion: text('definitions_version').notNull().default(''),
    /** How the scanner looked at them then. */
    coverage: text('coverage').notNull().default('WHOLE'),
    detectedType: text('detected_type'),
    /** When the last inspection of these bytes decided. */
    inspectedAt: instant('inspected_at')
      .notNull()
      .default(sql`to_timestamp(0)`),
    /** Definitions of the last examination, whatever it showed; empty where another one is wanted at once. */
    examinedWith: text('examined_with').notNull().default(''),
    /** When a file last came to refer to the copy. */
    referredAt: instant('referred_at')
      .notNull()
      .default(sql`to_timestamp(0)`),
    /** How often the copy was sent out; counted in batches, and only for the order of examinations. */
    downloadCount: bigint('download_count', { mode: 'number' }).notNull().default(0),
    /** Fencing token of examinations: grows with each, and to the next multiple of 64 where one came to its end. */
    rescanAttempt: integer('rescan_attempt').notNull().default(0),
    /** Until when the running examination owns the copy; NULL when none runs. */
    rescanLeaseUntil: instant('rescan_lease_until'),
    /** Before this, no examination is due. */
    nextRescanAt: instant('next_rescan_at')
      .notNull()
      .default(sql`to_timestamp(0)`),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.vaultKey] }),
    uniqueIndex('contents_stored_once')
      .on(table.tenantId, table.sha256)
      .where(sql`${table.isJoinable}`),
    index('contents_unreferenced')
      .on(table.tenantId, table.sha256)
      .where(sql`${table.referenceCount} = 0`),
    index('contents_referenced')
      .on(table.tenantId, table.sha256)
      .where(sql`${table.referenceCount} > 0`),
    index('contents_rescan_newest')
      .on(table.examinedWith, table.referredAt.desc())
      .where(sql`${table.referenceCount} > 0`),
    index('contents_rescan_popular')
      .on(table.examinedWith, table.downloadCount.desc())
      .where(sql`${table.referenceCount} > 0`),
    check('contents_counts', sql`${table.referenceCount} >= 0 and ${table.sizeBytes} >= 0`),
    check('contents_blocks_proven', sql`(${table.blockBytes} is null) = (${table.blockMacs} is null)`),
    check('contents_coverage_known', sql`${table.coverage} in ('WHOLE', 'SEGMENTS')`),
    check('contents_sha256_form', sql`${table.sha256} ~ '^[0-9a-f]{64}$'`),
    tenantReads('contents', table.tenantId),
    tenantAdds('contents', sql`${ofTenant(table.tenantId)} and ${table.referenceCount} <= 1`),
    tenantChanges('contents', table.tenantId),
    pgPolicy('contents_tenant_forgets', {
      for: 'delete',
      to: appRole,
      using: sql`${ofTenant(table.tenantId)} and ${table.referenceCount} = 0 and not ${table.isJoinable}`,
    }),
    pgPolicy('contents_system_finds_work', {
      for: 'select',
      to: systemRole,
      using: sql`${table.referenceCount} > 0`,
    }),
  ],
);
