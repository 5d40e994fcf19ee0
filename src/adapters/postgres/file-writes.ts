import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import { PermanentError } from '../../domain/errors.js';
import { holdsQuota, isOpen, type FileState } from '../../domain/file-state.js';
import type { File } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import { NO_SHARE, shareBetween, shareOf } from '../../domain/quota.js';
import { ENTRIES_OF_REMOVAL } from '../../domain/saga-entry.js';
import type { FileTransaction, WriteOutcome } from '../../ports/file-store.js';
import { fileColumns, toFile, toRow } from './file-row.js';
import { deleteFragments } from './fragments.js';
import { databaseNow, isFile, type FileScope, type HeldFile } from './file-scope.js';
import { recordChange } from './history.js';
import { moveUsage } from './quota.js';
import { auditLostRelease } from './releases.js';
import { insertSteps } from './saga-log.js';

type Writes = Pick<
  FileTransaction,
  'insert' | 'change' | 'declareSize' | 'beginAppend' | 'setIngestHandle' | 'markStagedRemoved'
>;

/** Writing files, always together with quota, event and audit. */
export const createFileWrites = (context: FileScope): Writes => ({
  insert: async (file) => {
    // All go out at once. The server takes them in this order, and none behind one that failed.
    const inserted = context.sql.insert(files).values(toRow(file, context.scope)).execute();
    const recorded = recordChange(context, null, file);
    const moved = moveUsage(context, shareOf(file));
    const [exceeded] = await Promise.all([moved, inserted, recorded]);
    return exceeded ? `quota-exceeded:${exceeded}` : 'written';
  },
  change: (before, after) => change(context, before, after),
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
  beginAppend: (id) => beginAppend(context, id),
  setIngestHandle: async (id, ingestHandle) => {
    await context.sql.update(files).set({ ingestHandle }).where(isFile(context, id));
  },
  markStagedRemoved: async (id, version) => {
    const { sql: db } = context;
    const mark = db
      .update(files)
      .set({ stagedRemovedAt: databaseNow })
      .where(and(isFile(context, id), eq(files.version, version)))
      .returning({ id: files.id });
    const dropped = db.$with('dropped').as(deleteFragments(context, id));
    const marked = db.$with('marked').as(mark);
    const steps = insertSteps(context, id, ENTRIES_OF_REMOVAL, { from: sql`marked` });
    await db.with(dropped, marked, db.$with('step', {}).as(steps)).select().from(marked);
  },
});

async function beginAppend(context: FileScope, id: FileId): Promise<number> {
  const [row] = await context.sql
    .update(files)
    .set({ appendToken: sql`${files.appendToken} + 1` })
    .where(isFile(context, id))
    .returning({ appendToken: files.appendToken });
  if (!row) throw new PermanentError('postgres', 'The upload that is appended to does not exist.');
  return row.appendToken;
}

async function change(context: FileScope, before: File, after: File): Promise<WriteOutcome> {
  // Parts may have come since `before` was read, which is no change of version.
  const current = mayMoveUsage(before, after) ? await lockVersion(context, before) : before;
  if (!current) return 'stale';
  const { receivedBytes } = current;
  const held = shareOf({ ...before, receivedBytes });
  const share = shareOf({ ...after, receivedBytes });
  if (!(await writeAndRecord(context, before, after))) return 'stale';
  if (before.state === 'INFECTED') await auditLostRelease(context, before.id);
  const exceeded = await moveUsage(context, shareBetween(held, share));
  return exceeded ? `quota-exceeded:${exceeded}` : 'written';
}

/** A file that keeps its known size and its share of the quota needs no lock before: its write is the test. */
const mayMoveUsage = (before: File, after: File): boolean =>
  before.sizeBytes === null ||
  before.sizeBytes !== after.sizeBytes ||
  holdsQuota(before.state) !== holdsQuota(after.state) ||
  isOpen(before.state) !== isOpen(after.state);

async function lockVersion(
  context: FileScope,
  before: File,
): Promise<Pick<File, 'receivedBytes'> | undefined> {
  const held = context.held.get(before.id);
  if (held) return isSame(held, before) ? held : undefined;
  const [row] = await context.sql
    .select({ receivedBytes: files.receivedBytes })
    .from(files)
    .where(isUnchanged(context, before))
    .for('update');
  return row;
}

/** What the row will say is known where the transaction has it locked: then both go out in one round trip. */
async function writeAndRecord(context: FileScope, before: File, after: File): Promise<boolean> {
  const locked = context.held.get(before.id);
  const change = changeOf(context, before, after);
  if (!locked || !isSame(locked, before)) {
    const [row] = await change.returning(fileColumns);
    if (row) await recordChange(context, before.state, toFile(row));
    return row !== undefined;
  }
  const scannedBytes = Math.max(locked.scannedBytes, after.scannedBytes);
  const changed = { ...after, receivedBytes: locked.receivedBytes, scannedBytes };
  const written = change.returning({ version: files.version }).execute();
  const [rows] = await Promise.all([written, recordChange(context, before.state, changed)]);
  if (rows.length === 0) throw new PermanentError('postgres', 'A file that is locked has changed.');
  context.held.set(before.id, changed);
  return true;
}

const isSame = (held: HeldFile, before: File): boolean =>
  held.version === before.version && held.attempt === before.attempt;

/** The attempt is the fencing token: a worker whose inspection was taken over finds no row. */
const isUnchanged = (context: FileScope, before: File): ReturnType<typeof and> =>
  and(isFile(context, before.id), eq(files.version, before.version), eq(files.attempt, before.attempt));

function changeOf(context: FileScope, before: File, after: File) {
  const { correlationId, traceparent } = context.scope;
  return context.sql
    .update(files)
    .set({
      state: after.state,
      version: after.version,
      sizeBytes: after.sizeBytes,
      detectedType: after.detectedType,
      sha256: after.sha256,
      // A heartbeat may have noted more since `before` was read.
      scannedBytes: sql`greatest(${files.scannedBytes}, ${after.scannedBytes}::bigint)`,
      verdict: after.verdict,
      vaultKey: after.vaultKey,
      expiresAt: after.expiresAt,
      updatedAt: after.updatedAt,
      correlationId,
      traceparent: traceparent ?? null,
      ...waitingOf(before.state, after.state),
    })
    .where(isUnchanged(context, before));
}

type Waiting = Partial<
  Record<'queuedAt' | 'nextAttemptAt' | 'leaseUntil' | 'stagedRemovedAt', typeof databaseNow | null>
> & { readonly queueNumber?: null };

/**
 * A file that enters SCANNING waits from now on; one that leaves it waits no more. Whatever ends a file, its
 * deletion included, leaves bytes that nobody needs.
 */
function waitingOf(from: FileState, to: FileState): Waiting {
  if (from === to) return {};
  if (to === 'SCANNING') return { queuedAt: databaseNow, nextAttemptAt: databaseNow, leaseUntil: null };
  return { nextAttemptAt: null, leaseUntil: null, queueNumber: null, stagedRemovedAt: null };
}
