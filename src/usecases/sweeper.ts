import type { DueFile } from '../ports/backlog.js';
import type { TenantScope } from '../ports/file-store.js';

/** On whose behalf the sweeper works: the tenant of the file, and nobody's request. */
export const sweeperOf = ({ tenantId, fileId }: DueFile): TenantScope => ({
  tenantId,
  subject: 'system:sweeper',
  correlationId: `sweep-${fileId}`,
});
