import { sql, type SQL } from 'drizzle-orm';
import { pgPolicy, pgRole, type AnyPgColumn, type PgPolicy } from 'drizzle-orm/pg-core';

/** Owns every object and provisions tenants; nobody logs in as it. */
export const ownerRole = pgRole('lazaret_owner').existing();
/** Works for one tenant at a time; owns nothing. */
export const appRole = pgRole('lazaret_app').existing();
/** Does what is truly cross-tenant: numbers events and finds lost work. Sees no names and no content. */
export const systemRole = pgRole('lazaret_system').existing();

/** The tenant of the running transaction; NULL, and so equal to nothing, when none was set. */
const currentTenant = sql`nullif(current_setting('app.tenant_id', true), '')::uuid`;

/** Who the running transaction works for; NULL when nobody was named. */
export const currentSubject = sql`nullif(current_setting('app.subject', true), '')`;

/** True for rows of the transaction's tenant. */
export const ofTenant = (column: AnyPgColumn): SQL => sql`${column} = ${currentTenant}`;

/** Lets the app read the rows of its tenant. */
export const tenantReads = (table: string, column: AnyPgColumn): PgPolicy =>
  pgPolicy(`${table}_tenant_reads`, { for: 'select', to: appRole, using: ofTenant(column) });

/** Lets the app add rows to its tenant, and no others. */
export const tenantAdds = (table: string, check: SQL): PgPolicy =>
  pgPolicy(`${table}_tenant_adds`, { for: 'insert', to: appRole, withCheck: check });

/** Lets the app change rows of its tenant, which stay there. */
export const tenantChanges = (table: string, column: AnyPgColumn): PgPolicy =>
  pgPolicy(`${table}_tenant_changes`, {
    for: 'update',
    to: appRole,
    using: ofTenant(column),
    withCheck: ofTenant(column),
  });

/** Lets the app remove rows of its tenant: only for what stands for bytes that have moved elsewhere. */
export const tenantRemoves = (table: string, column: AnyPgColumn): PgPolicy =>
  pgPolicy(`${table}_tenant_removes`, { for: 'delete', to: appRole, using: ofTenant(column) });

/** Lets the owner provision: for what belongs to a tenant itself, never for its files. */
export const ownerProvisions = (table: string): PgPolicy =>
  pgPolicy(`${table}_owner_provisions`, {
    for: 'all',
    to: ownerRole,
    using: sql`true`,
    withCheck: sql`true`,
  });

/**
 * Lets functions that run with the rights of the owner record what others did: in the transaction's tenant alone, or
 * where there is none, because an operator works by hand.
 */
export const ownerRecords = (table: string, column: AnyPgColumn): PgPolicy => {
  const isRecorded = sql`${ofTenant(column)} or ${currentTenant} is null`;
  return pgPolicy(`${table}_owner_records`, {
    for: 'all',
    to: ownerRole,
    using: isRecorded,
    withCheck: isRecorded,
  });
};
