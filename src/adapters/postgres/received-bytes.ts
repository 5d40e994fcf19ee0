import { and, inArray, sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { FaultError, PermanentError } from '../../domain/errors.js';
import type { FileId } from '../../domain/ids.js';
import { NO_SHARE } from '../../domain/quota.js';
import { quotaExceeded } from '../../domain/quota-exceeded.js';
import { isFile, type FileScope } from './file-scope.js';
import { moveUsage } from './quota.js';

/**
 * Moves the count of durable bytes of an open upload, and the quota with it where no size was declared.
 *
 * @returns the new count
 * @throws FaultError QUOTA_EXCEEDED; PermanentError when the upload is over
 */
export async function growReceived(context: FileScope, id: FileId, growth: number): Promise<number> {
  const [row] = await context.sql
    .update(files)
    .set({ receivedBytes: sql`${files.receivedBytes} + ${growth}::bigint` })
    .where(and(isFile(context, id), inArray(files.state, ['PENDING', 'RECEIVING'])))
    .returning({ sizeBytes: files.sizeBytes, receivedBytes: files.receivedBytes });
  if (!row) throw new PermanentError('postgres', 'The ledger of an upload that is over takes no parts.');
  const held = context.held.get(id);
  if (held) context.held.set(id, { ...held, receivedBytes: row.receivedBytes });
  // A declared size was reserved at creation; without one the quota fills as the bytes come.
  const exceeded =
    row.sizeBytes === null ? await moveUsage(context, { ...NO_SHARE, bytes: growth }) : undefined;
  if (exceeded) throw new FaultError(quotaExceeded(exceeded).fault);
  return row.receivedBytes;
}
