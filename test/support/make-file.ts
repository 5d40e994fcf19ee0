import type { File } from '../../src/domain/file.js';
import type { FileId, TenantId } from '../../src/domain/ids.js';

const CREATED_AT = new Date('2026-01-01T00:00:00.000Z');

/** A file that has just been created; a test says what is different about its own. */
export const makeFile = (changes: Partial<File> = {}): File => ({
  id: '01900000-0000-7000-8000-000000000001' as FileId,
  tenantId: '01900000-0000-7000-8000-0000000000aa' as TenantId,
  version: 1,
  name: 'report.pdf',
  sizeBytes: 10,
  declaredType: 'application/pdf',
  declaredSha256: null,
  detectedType: null,
  sha256: null,
  state: 'PENDING',
  priority: 'INTERACTIVE',
  metadata: [],
  verdict: null,
  partSizeBytes: 8 * 1024 * 1024,
  isPartSizeOpen: false,
  transferMode: 'PROXIED',
  receivedBytes: 0,
  scannedBytes: 0,
  ingestHandle: 'handle',
  ingestKey: 'tenant/file',
  vaultKey: null,
  attempt: 0,
  appendToken: 0,
  expiresAt: new Date('2026-01-02T00:00:00.000Z'),
  createdBy: 'somebody',
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
  ...changes,
});
