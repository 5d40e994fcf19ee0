import { randomUUID } from 'node:crypto';
import { parseFileId, parseTenantId, type FileId, type TenantId } from '../../src/domain/ids.js';
import type { InspectionJob } from '../../src/ports/job-queue.js';

/** A tenant id that nobody else has. */
export function makeTenantId(): TenantId {
  const id = parseTenantId(randomUUID());
  if (!id) throw new Error('A random UUID was no tenant id.');
  return id;
}

/** A file id that nobody else has. */
export function makeFileId(): FileId {
  const id = parseFileId(randomUUID());
  if (!id) throw new Error('A random UUID was no file id.');
  return id;
}

/** A job for a file that nobody else has, with what the test says of it. */
export const makeJob = (part: Partial<InspectionJob> = {}): InspectionJob => ({
  tenantId: makeTenantId(),
  fileId: makeFileId(),
  attempt: 0,
  priority: 'INTERACTIVE',
  correlationId: 'test-correlation',
  ...part,
});
