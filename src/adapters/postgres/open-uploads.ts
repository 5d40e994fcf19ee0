import { and, inArray, isNull, sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { PermanentError } from '../../domain/errors.js';
import { NO_SHARE } from '../../domain/quota.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { isFile, isGivenFile, type FileScope } from './file-scope.js';
import { given, prepared } from './prepared.js';
import { moveUsage } from './quota.js';

type Uploads = Pick<FileTransaction, 'declareSize' | 'beginAppend' | 'settlePartSize' | 'setIngestHandle'>;

/** What is noted of uploads that are open, and is no change of state. */
export const createOpenUploads = (context: FileScope): Uploads => ({
  declareSize: async (id, sizeBytes) => {
    const [row] = await context.sql
      .update(files)
      .set({ sizeBytes })
      .where(
        and(isFile(context, id), isNull(files.sizeBytes), inArray(files.state, ['PENDING', 'RECEIVING'])),
      )
      .returning({ receivedBytes: files.receivedBytes });
    if (!row) return 'stale';
    // What has arrived is counted already.
    const exceeded = await moveUsage(context, { ...NO_SHARE, bytes: sizeBytes - row.receivedBytes });
    return exceeded ? `quota-exceeded:${exceeded}` : 'written';
  },
  beginAppend: async ({ id, partSizeBytes, isPartSizeOpen }) => {
    const [row] = await growToken(context, { id, partSizeBytes, isPartSizeOpen });
    if (!row) throw new PermanentError('postgres', 'The upload that is appended to does not exist.');
    return row.appendToken;
  },
  settlePartSize: async (id) => {
    const [row] = await context.sql
      .update(files)
      .set({ isPartSizeOpen: false })
      .where(isFile(context, id))
      .returning({ partSizeBytes: files.partSizeBytes });
    if (!row) throw new PermanentError('postgres', 'The upload whose parts are sent does not exist.');
    return row.partSizeBytes;
  },
  setIngestHandle: async (id, ingestHandle) => {
    await context.sql.update(files).set({ ingestHandle }).where(isFile(context, id));
  },
});

const growToken = prepared((db) =>
  db
    .update(files)
    .set({
      appendToken: sql`${files.appendToken} + 1`,
      partSizeBytes: given('partSizeBytes'),
      isPartSizeOpen: given('isPartSizeOpen'),
    })
    .where(isGivenFile)
    .returning({ appendToken: files.appendToken }),
);
