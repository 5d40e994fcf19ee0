import type { TenantId } from './ids.js';

/** A tenant that only development installations have. */
export interface DevelopmentTenant {
  readonly id: TenantId;
  readonly slug: string;
  readonly name: string;
}

/** The two tenants of a development installation, with ids that never change. */
export const DEVELOPMENT_TENANTS = {
  acme: { id: '00000000-0000-4000-8000-00000000acee' as TenantId, slug: 'acme', name: 'Acme Shipping' },
  globex: { id: '00000000-0000-4000-8000-000000910be0' as TenantId, slug: 'globex', name: 'Globex Freight' },
} as const satisfies Record<string, DevelopmentTenant>;
