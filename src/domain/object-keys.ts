import type { FileId, TenantId } from './ids.js';

/** Key of the staged bytes. Made of ids alone: no text of a user ever becomes a path. */
export const ingestKeyOf = (tenantId: TenantId, fileId: FileId): string => `${tenantId}/${fileId}`;

/** Key of the sealed copy that one inspection makes; another attempt writes to another key. */
export const vaultKeyOf = (tenantId: TenantId, fileId: FileId, attempt: number): string =>
  `${tenantId}/${fileId}/${String(attempt)}`;

/**
 * Key of a fragment. No two are alike, so that a writer who comes too late overwrites nothing.
 *
 * @param unique - an id that was never used before
 */
export const fragmentKeyOf = (tenantId: TenantId, fileId: FileId, unique: string): string =>
  `${tenantId}/fragments/${fileId}/${unique}`;

/** Key of infected content in the quarantine area. */
export const quarantineKeyOf = (tenantId: TenantId, fileId: FileId): string => `${tenantId}/${fileId}`;
