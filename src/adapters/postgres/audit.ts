import { sql as statement } from 'drizzle-orm';
import { audit } from '../../../db/schema/audit.js';
import { files } from '../../../db/schema/files.js';
import type { FileId } from '../../domain/ids.js';
import { isFile, type FileScope } from './file-scope.js';

/**
 * Writes the audit row of something that leaves the state of a file as it is.
 *
 * @param action - what was done, as `area.WHAT`
 */
export async function auditAction(context: FileScope, fileId: FileId, action: string): Promise<void> {
  const { sql, scope } = context;
  const { tenantId, subject, correlationId } = scope;
  const version = statement<number>`(${sql.select({ version: files.version }).from(files).where(isFile(context, fileId))})`;
  await sql.insert(audit).values({ tenantId, subject, action, fileId, version, correlationId });
}
