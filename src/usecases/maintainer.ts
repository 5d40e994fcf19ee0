import type { TenantId } from '../domain/ids.js';
import type { TenantScope } from '../ports/file-store.js';

/** On whose behalf maintenance works: a tenant, and nobody's request. */
export const maintainerOf = (tenantId: TenantId): TenantScope => ({
  tenantId,
  subject: 'system:collector',
  correlationId: `maintenance-${tenantId}`,
});
