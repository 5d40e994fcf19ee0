import type { TenantId } from '../domain/ids.js';

/**
 * Remembers where contents were last seen. A hint only: it may be gone, or wrong because another process has
 * deleted the content since. Whoever follows one lets the database confirm it.
 */
export interface ContentHints {
  /** Key in the vault of the copy that stood for a content. */
  get(tenantId: TenantId, sha256: string): string | undefined;
  set(tenantId: TenantId, sha256: string, vaultKey: string): void;
}
