import { isTerminal, type FileState } from './file-state.js';
import { parseFileId, parseTenantId, type FileId, type TenantId } from './ids.js';

/** What bytes in the store are for; their keys say it. */
export type StoredBytes = { readonly tenantId: TenantId; readonly fileId: FileId } & (
  | { readonly purpose: 'staged' }
  | { readonly purpose: 'fragment' }
  /** Infected, and held apart. */
  | { readonly purpose: 'quarantined' }
  /** Made by the inspection of this number. */
  | { readonly purpose: 'sealed'; readonly attempt: number }
);

/** All that the rows of a file say of bytes. */
export interface FileClaim {
  readonly id: FileId;
  readonly state: FileState;
  readonly attempt: number;
  readonly ingestHandle: string | null;
  /** Whether the bytes that it did not need when it ended are noted as removed. */
  readonly isCleanedUp: boolean;
}

/** All that the rows of a tenant say of some bytes. */
export interface Claims {
  readonly files: ReadonlyMap<FileId, FileClaim>;
  /** Of the keys asked for, those that a clean file is served from or that a fragment lies under. */
  readonly namedKeys: ReadonlySet<string>;
}

/** Reads a key; `undefined` for one that is not ours, which nobody may judge. */
export function readStoredKey(area: 'ingest' | 'vault' | 'quarantine', key: string): StoredBytes | undefined {
  const [tenant = '', ...rest] = key.split('/');
  const tenantId = parseTenantId(tenant);
  const isFragment = area === 'ingest' && rest.length === 3 && rest[0] === 'fragments';
  const fileId = parseFileId((isFragment ? rest[1] : rest[0]) ?? '');
  if (!tenantId || !fileId) return undefined;
  if (isFragment) return { tenantId, fileId, purpose: 'fragment' };
  if (area !== 'vault') {
    const purpose = area === 'ingest' ? 'staged' : 'quarantined';
    return rest.length === 1 ? { tenantId, fileId, purpose } : undefined;
  }
  const attempt = rest.length === 2 ? Number(rest[1]) : 0;
  return Number.isSafeInteger(attempt) && attempt > 0
    ? { tenantId, fileId, purpose: 'sealed', attempt }
    : undefined;
}

/**
 * Whether rows refer to bytes, or may yet come to. For bytes of some age the answer "no" is final:
 *
 * - A sealed copy is named by the decision of the inspection that made it, and by nothing later. That inspection is
 *   over when the file is decided or a later one has begun, and neither is ever undone.
 * - Staged bytes are read while the file is open or in inspection, from where it never comes back; those of an infected
 *   file are in the quarantine when it is cleaned up.
 * - Quarantined bytes come after the verdict of the file and are its as long as it is infected. What was begun there and
 *   not finished is begun anew by whoever goes on with it.
 * - The upload of a new file and a fragment are written before the row that names them. No row is written after the
 *   session of the upload is over, so whatever is older than the longest session and has no row never gets one.
 *
 * @param item - `isNamedBy` tells whether a handle is that of the upload; absent for a whole object
 */
export function isClaimed(
  bytes: StoredBytes,
  key: string,
  { files, namedKeys }: Claims,
  isNamedBy?: (handle: string) => boolean,
): boolean {
  if (namedKeys.has(key)) return true;
  const file = files.get(bytes.fileId);
  if (!file) return false;
  // What has ended and is not cleaned up yet is the sweeper's: it knows each thing to remove by name.
  if (isTerminal(file.state) && !file.isCleanedUp) return true;
  switch (bytes.purpose) {
    case 'sealed':
      return file.state === 'SCANNING' && file.attempt === bytes.attempt;
    case 'fragment':
      return false;
    case 'quarantined':
      return !isNamedBy && file.state === 'INFECTED';
    case 'staged':
      if (!isNamedBy) return !isTerminal(file.state);
      return !isTerminal(file.state) && file.ingestHandle !== null && isNamedBy(file.ingestHandle);
  }
}
