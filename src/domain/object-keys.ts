import type { FileId, TenantId } from './ids.js';

/** Key of the staged bytes. Made of ids alone: no text of a user ever becomes a path. */
export const ingestKeyOf = (tenantId: TenantId, fileId: FileId): string => `${tenantId}/${fileId}`;

/** Key of the sealed copy that one inspection makes; another attempt writes to another key. */
export const vaultKeyOf = (tenantId: TenantId, fileId: FileId, attempt: number): string =>
  `${tenantId}/${fileId}/${String(attempt)}`;
