import type { TenantId } from '../domain/ids.js';
import type { Permission } from '../domain/permissions.js';

/** What roles allow, from the database. */
export interface RoleStore {
  /**
   * The union of what the named roles allow in a tenant; unknown roles allow nothing. `undefined` when
   * there is no such tenant. Throws `TransientError`.
   */
  permissionsOf(tenantId: TenantId, roles: readonly string[]): Promise<ReadonlySet<Permission> | undefined>;
}
