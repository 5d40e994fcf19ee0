import { DEVELOPMENT_TENANTS } from '../../domain/development-tenants.js';
import type { TenantId } from '../../domain/ids.js';

/** An identity of the development profile; its id is its secret. */
export interface DevelopmentClient {
  readonly clientId: string;
  readonly tenantId: TenantId;
  readonly roles: readonly string[];
}

const { acme, globex } = DEVELOPMENT_TENANTS;

const client = (clientId: string, tenantId: TenantId, role: string): DevelopmentClient => ({
  clientId,
  tenantId,
  roles: [role],
});

/** Everybody who can get a token from the development issuer. */
export const DEVELOPMENT_CLIENTS: readonly DevelopmentClient[] = [
  client('acme-admin', acme.id, 'admin'),
  client('acme-uploader', acme.id, 'uploader'),
  client('acme-viewer', acme.id, 'viewer'),
  client('acme-analyst', acme.id, 'analyst'),
  client('acme-analyst-2', acme.id, 'analyst'),
  client('globex-admin', globex.id, 'admin'),
  client('globex-uploader', globex.id, 'uploader'),
  client('globex-viewer', globex.id, 'viewer'),
  client('globex-analyst', globex.id, 'analyst'),
  client('globex-analyst-2', globex.id, 'analyst'),
];
