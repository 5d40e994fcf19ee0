import { and, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { parts } from '../../../db/schema/parts.js';
import type { Part } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { databaseNow, databaseNowPlus, isFile, type FileScope } from './file-scope.js';
import { dropFragments, fragmentsOf } from './fragments.js';
import { growReceived } from './received-bytes.js';

type Direct = Pick<FileTransaction, 'correctLedger' | 'openDirect' | 'noteDirectMove' | 'claimListing'>;

/** Parts that one statement writes. */
const ROWS_PER_STATEMENT = 500;

const isOpen = inArray(files.state, ['PENDING', 'RECEIVING']);

/**
 * The longer an upload has not moved, the more rarely the store is asked: from twice a second up to once in five
 * minutes, a sixteenth of its idle time in between.
 */
const nextListing = sql`${databaseNow} + least(interval '5 minutes', greatest(interval '400 milliseconds',
  (${databaseNow} - coalesce(${files.directActiveAt}, ${files.updatedAt})) / 16))`;

/** One that moves is asked about soon, however long it has been idle. */
const moves = {
  directActiveAt: databaseNow,
  listingDueAt: sql`least(${files.listingDueAt}, ${databaseNow} + interval '400 milliseconds')`,
};

/** Uploads whose parts do not come through the API: the ledger follows what the store says. */
export const createDirectTransfer = (context: FileScope): Direct => ({
  correctLedger: async (id, { enter, drop }) => {
    const before = await removeParts(context, id, [...drop, ...enter.map((part) => part.partNumber)]);
    await addParts(context, id, enter);
    const dropped = await dropFragmentsOf(context, id, enter);
    const entered = enter.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const receivedBytes = await growReceived(context, id, entered - before - dropped.sizeBytes);
    return { receivedBytes, droppedFragments: dropped.keys };
  },
  openDirect: async (id) => {
    await context.sql
      .update(files)
      .set({ transferMode: 'DIRECT', ...moves })
      .where(and(isFile(context, id), isOpen));
  },
  noteDirectMove: async (id) => {
    await context.sql.update(files).set(moves).where(isFile(context, id));
  },
  claimListing: async (id, minAgeMs) => {
    const isOldEnough = or(isNull(files.partsListedAt), lte(files.partsListedAt, databaseNowPlus(-minAgeMs)));
    const claimed = await context.sql
      .update(files)
      .set({ partsListedAt: databaseNow, listingDueAt: nextListing })
      .where(and(isFile(context, id), isOpen, eq(files.transferMode, 'DIRECT'), isOldEnough))
      .returning({ id: files.id });
    return claimed.length === 1;
  },
});

/** @returns how many bytes they had */
async function removeParts(
  { sql: db, scope }: FileScope,
  id: FileId,
  numbers: readonly number[],
): Promise<number> {
  if (numbers.length === 0) return 0;
  const removed = await db
    .delete(parts)
    .where(
      and(eq(parts.tenantId, scope.tenantId), eq(parts.fileId, id), inArray(parts.partNumber, [...numbers])),
    )
    .returning({ sizeBytes: parts.sizeBytes });
  return removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

async function addParts(
  { sql: db, scope }: FileScope,
  fileId: FileId,
  added: readonly Part[],
): Promise<void> {
  for (let start = 0; start < added.length; start += ROWS_PER_STATEMENT) {
    const rows = added.slice(start, start + ROWS_PER_STATEMENT);
    await db.insert(parts).values(rows.map((part) => ({ tenantId: scope.tenantId, fileId, ...part })));
  }
}

async function dropFragmentsOf(
  context: FileScope,
  id: FileId,
  entered: readonly Part[],
): Promise<{ readonly sizeBytes: number; readonly keys: readonly string[] }> {
  const keys: string[] = [];
  let sizeBytes = 0;
  // An upload has fragments of few parts, most often of none.
  const begun = new Set((await fragmentsOf(context, id)).map(({ partNumber }) => partNumber));
  for (const { partNumber } of entered.filter((part) => begun.has(part.partNumber))) {
    const dropped = await dropFragments(context, id, { partNumber, from: 0 });
    sizeBytes += dropped.sizeBytes;
    keys.push(...dropped.keys);
  }
  return { sizeBytes, keys };
}
