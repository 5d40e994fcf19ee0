import { and, eq, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { files } from '../../../db/schema/files.js';
import { PermanentError } from '../../domain/errors.js';
import { holdsQuota, isOpen, type FileState } from '../../domain/file-state.js';
import type { File } from '../../domain/file.js';
import { shareBetween, shareOf } from '../../domain/quota.js';
import { ENTRIES_OF_REMOVAL } from '../../domain/saga-entry.js';
import type { FileTransaction, WriteOutcome } from '../../ports/file-store.js';
import { fileColumns, GIVEN_ROW, toFile, toRow } from './file-row.js';
import { deleteFragments, isOfGivenFile } from './fragments.js';
import { databaseNow, isFile, isGivenFile, type FileScope, type HeldFile } from './file-scope.js';
import { recordChange } from './history.js';
import { moveUsage } from './quota.js';
import { auditLostRelease } from './releases.js';
import { given, prepared } from './prepared.js';
import { GIVEN_STEPS, insertSteps } from './saga-log.js';
import type { Sql } from './session.js';

type Writes = Pick<FileTransaction, 'insert' | 'change' | 'markStagedRemoved'>;

/** Writing files, always together with quota, event and audit. */
export const createFileWrites = (context: FileScope): Writes => ({
  insert: async (file) => {
    // All go out at once. The server takes them in this order, and none behind one that failed.
    const inserted = insertFile(context, toRow(file, context.scope));
    const recorded = recordChange(context, null, file);
    const moved = moveUsage(context, shareOf(file));
    const [exceeded] = await Promise.all([moved, inserted, recorded]);
    return exceeded ? `quota-exceeded:${exceeded}` : 'written';
  },
  change: (before, after) => change(context, before, after),
  markStagedRemoved: async (id, version) => {
    await markRemoved(context, { id, version, entries: ENTRIES_OF_REMOVAL });
  },
});

const insertFile = prepared((db) => db.insert(files).values(GIVEN_ROW));

const markRemoved = prepared((db) => {
  const mark = db
    .update(files)
    .set({ stagedRemovedAt: databaseNow })
    .where(and(isGivenFile, eq(files.version, given('version'))))
    .returning({ id: files.id });
  const dropped = db.$with('dropped').as(deleteFragments(db, isOfGivenFile));
  const marked = db.$with('marked').as(mark);
  const steps = db.$with('step', {}).as(insertSteps(GIVEN_STEPS, { from: sql`marked` }));
  return db.with(dropped, marked, steps).select().from(marked);
});

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
  const waiting = waitingOf(before.state, after.state);
  const { id, version, attempt } = before;
  const values = { ...after, id, newVersion: after.version, version, attempt };
  if (!locked || !isSame(locked, before)) {
    const [row] = await CHANGES[waiting].andRead(context, values);
    if (!row) return false;
    if (locked) context.held.set(before.id, row);
    await recordChange(context, before.state, toFile(row));
    return true;
  }
  const scannedBytes = Math.max(locked.scannedBytes, after.scannedBytes);
  const changed = { ...after, receivedBytes: locked.receivedBytes, scannedBytes };
  const written = CHANGES[waiting].alone(context, values);
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

/** What a change of state means for the turn of the file in the queue of inspections, and for its staged bytes. */
type Waiting = 'as before' | 'from now on' | 'no more';

/**
 * A file that enters SCANNING waits from now on; one that leaves it waits no more. Whatever ends a file, its
 * deletion included, leaves bytes that nobody needs.
 */
const WAITING: Readonly<Record<Waiting, PgUpdateSetSource<typeof files>>> = {
  'as before': {},
  'from now on': { queuedAt: databaseNow, nextAttemptAt: databaseNow, leaseUntil: null },
  'no more': { nextAttemptAt: null, leaseUntil: null, queueNumber: null, stagedRemovedAt: null },
};

function waitingOf(from: FileState, to: FileState): Waiting {
  if (from === to) return 'as before';
  return to === 'SCANNING' ? 'from now on' : 'no more';
}

const changeTo = (db: Sql, waiting: Waiting) =>
  db
    .update(files)
    .set({
      state: given('state'),
      version: given('newVersion'),
      sizeBytes: given('sizeBytes'),
      detectedType: given('detectedType'),
      sha256: given('sha256'),
      // A heartbeat may have noted more since `before` was read.
      scannedBytes: sql`greatest(${files.scannedBytes}, ${given('scannedBytes')}::bigint)`,
      verdict: given('verdict'),
      vaultKey: given('vaultKey'),
      expiresAt: given('expiresAt'),
      updatedAt: given('updatedAt'),
      correlationId: given('correlationId'),
      traceparent: given('traceparent'),
      ...WAITING[waiting],
    })
    .where(and(isGivenFile, eq(files.version, given('version')), eq(files.attempt, given('attempt'))));

const changesTo = (waiting: Waiting) => ({
  alone: prepared((db) => changeTo(db, waiting).returning({ version: files.version })),
  andRead: prepared((db) => changeTo(db, waiting).returning(fileColumns)),
});

const CHANGES = {
  'as before': changesTo('as before'),
  'from now on': changesTo('from now on'),
  'no more': changesTo('no more'),
};
