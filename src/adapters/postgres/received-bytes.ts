import { and, inArray, sql, type SQL } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { FaultError, PermanentError } from '../../domain/errors.js';
import type { FileId } from '../../domain/ids.js';
import { NO_SHARE } from '../../domain/quota.js';
import { quotaExceeded } from '../../domain/quota-exceeded.js';
import { isFile, type FileScope } from './file-scope.js';
import { moveUsage } from './quota.js';

/** What a statement that moves the count tells of the file. */
export interface GrownFile {
  readonly sizeBytes: number | null;
  readonly receivedBytes: number;
  readonly growth: number;
}

/** Sets the count of durable bytes of an upload; for `update files`. */
export const grown = (growth: SQL | number): { readonly receivedBytes: SQL } => ({
  receivedBytes: sql`${files.receivedBytes} + ${growth}::bigint`,
});

/** Finds an upload only while it is open. */
export const isOpen = inArray(files.state, ['PENDING', 'RECEIVING']);

/** What `returning` has to ask for. */
export const grownColumns = {
  sizeBytes: files.sizeBytes,
  receivedBytes: files.receivedBytes,
  growth: sql<number>`new.received_bytes - old.received_bytes`.mapWith(Number),
};

/**
 * Moves the count of durable bytes of an open upload, and the quota with it where no size was declared.
 *
 * @returns the new count
 * @throws FaultError QUOTA_EXCEEDED; PermanentError when the upload is over
 */
export async function growReceived(context: FileScope, id: FileId, growth: number): Promise<number> {
  const [row] = await context.sql
    .update(files)
    .set(grown(growth))
    .where(and(isFile(context, id), isOpen))
    .returning(grownColumns);
  return (await noteGrowth(context, id, row)).receivedBytes;
}

/**
 * Does what has to follow a move of the count, whichever statement made it.
 *
 * @throws FaultError QUOTA_EXCEEDED; PermanentError when there was no open upload
 */
export async function noteGrowth<T extends GrownFile>(
  context: FileScope,
  id: FileId,
  row: T | undefined,
): Promise<T> {
  if (!row) throw new PermanentError('postgres', 'The ledger of an upload that is over takes no parts.');
  const held = context.held.get(id);
  if (held) context.held.set(id, { ...held, receivedBytes: row.receivedBytes });
  // A declared size was reserved at creation; without one the quota fills as the bytes come.
  const exceeded =
    row.sizeBytes === null ? await moveUsage(context, { ...NO_SHARE, bytes: row.growth }) : undefined;
  if (exceeded) throw new FaultError(quotaExceeded(exceeded).fault);
  return row;
}
