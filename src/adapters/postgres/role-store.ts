import { and, eq, inArray } from 'drizzle-orm';
import { roles, tenants } from '../../../db/schema/tenants.js';
import { isPermission } from '../../domain/permissions.js';
import type { RoleStore } from '../../ports/role-store.js';
import type { Database } from './database.js';

/** What the audit trail would name, if reading roles left a trace. */
const SUBJECT = 'role-store';
/** No more roles of a token than this are looked at. */
const MAX_ROLES = 64;

/** Roles in Postgres, under row-level security. */
export const createRoleStore = (database: Database): RoleStore => ({
  permissionsOf: (tenantId, names) =>
    database.transaction({ kind: 'tenant', tenantId, subject: SUBJECT }, async ({ sql }) => {
      const isNamed = inArray(roles.name, names.slice(0, MAX_ROLES));
      const rows = await sql
        .select({ permissions: roles.permissions })
        .from(tenants)
        .leftJoin(roles, and(eq(roles.tenantId, tenants.id), isNamed))
        .where(eq(tenants.id, tenantId));
      if (rows.length === 0) return undefined;
      return new Set(rows.flatMap(({ permissions }) => permissions ?? []).filter(isPermission));
    }),
});
