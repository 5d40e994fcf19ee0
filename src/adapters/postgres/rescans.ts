import { and, asc, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { contents } from '../../../db/schema/contents.js';
import { files } from '../../../db/schema/files.js';
import { EXAMINATIONS_IN_A_ROW } from '../../domain/rescan-delay.js';
import type { Rescan, RescanTransaction } from '../../ports/rescans.js';
import { auditAction } from './audit.js';
import { fileColumns, toFile } from './file-row.js';
import { databaseNow, databaseNowPlus, isCopy, type FileScope } from './file-scope.js';

/** The next multiple: from here on failures are counted anew. */
const nextRow = sql`(${contents.rescanAttempt} / ${sql.raw(String(EXAMINATIONS_IN_A_ROW))} + 1) * ${sql.raw(String(EXAMINATIONS_IN_A_ROW))}`;

/** Examinations of sealed copies; the number of the attempt fences off whoever lost its lease. */
export const createRescans = (context: FileScope): RescanTransaction => ({
  beginRescan: (vaultKey, leaseMs) => begin(context, vaultKey, leaseMs),
  renewRescan: (rescan, leaseMs) => write(context, rescan, { rescanLeaseUntil: databaseNowPlus(leaseMs) }),
  noteRescan: (rescan, { engine, definitionsVersion, coverage, isClean }) =>
    write(context, rescan, {
      rescanLeaseUntil: null,
      rescanAttempt: nextRow,
      examinedWith: definitionsVersion,
      ...(isClean ? { engine, definitionsVersion, coverage, inspectedAt: databaseNow } : {}),
    }),
  postponeRescan: (rescan, delayMs) =>
    write(context, rescan, { rescanLeaseUntil: null, nextRescanAt: databaseNowPlus(delayMs) }),
  askRescan: async (fileId, vaultKey) => {
    await context.sql
      .update(contents)
      .set({
        examinedWith: '',
        rescanAttempt: nextRow,
        rescanLeaseUntil: null,
        nextRescanAt: sql`to_timestamp(0)`,
      })
      .where(isCopy(context, vaultKey));
    await auditAction(context, fileId, 'rescan.REQUESTED');
  },
  lockCleanFiles: (sha256, limit) => lockCleanFiles(context, sha256, limit),
  findExamination: async (vaultKey) => {
    const { engine, definitionsVersion, inspectedAt, examinedWith } = contents;
    const [row] = await context.sql
      .select({ engine, definitionsVersion, inspectedAt, examinedWith })
      .from(contents)
      .where(isCopy(context, vaultKey));
    return row;
  },
  countDownloads: (counts) => countDownloads(context, counts),
});

async function begin(context: FileScope, vaultKey: string, leaseMs: number): Promise<Rescan | undefined> {
  const { rescanLeaseUntil, rescanAttempt } = contents;
  const [row] = await context.sql
    .update(contents)
    .set({ rescanAttempt: sql`${rescanAttempt} + 1`, rescanLeaseUntil: databaseNowPlus(leaseMs) })
    .where(
      and(
        isCopy(context, vaultKey),
        gt(contents.referenceCount, 0),
        or(isNull(rescanLeaseUntil), lte(rescanLeaseUntil, databaseNow)),
      ),
    )
    .returning({
      vaultKey: contents.vaultKey,
      sha256: contents.sha256,
      sizeBytes: contents.sizeBytes,
      detectedType: contents.detectedType,
      blockBytes: contents.blockBytes,
      attempt: rescanAttempt,
    });
  return row;
}

async function countDownloads(context: FileScope, counts: ReadonlyMap<string, number>): Promise<void> {
  // In one order, so that two processes that count the same copies never wait for each other.
  for (const [vaultKey, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await context.sql
      .update(contents)
      .set({ downloadCount: sql`${contents.downloadCount} + ${count}::bigint` })
      .where(isCopy(context, vaultKey));
  }
}

/** @returns false when the attempt is not the current one */
async function write(
  context: FileScope,
  { vaultKey, attempt }: Rescan,
  changes: PgUpdateSetSource<typeof contents>,
): Promise<boolean> {
  const rows = await context.sql
    .update(contents)
    .set(changes)
    .where(and(isCopy(context, vaultKey), eq(contents.rescanAttempt, attempt)))
    .returning({ vaultKey: contents.vaultKey });
  return rows.length === 1;
}

async function lockCleanFiles(
  context: FileScope,
  sha256: string,
  limit: number,
): ReturnType<RescanTransaction['lockCleanFiles']> {
  const { sql: db, scope } = context;
  const isHash = and(
    eq(contents.tenantId, scope.tenantId),
    eq(contents.sha256, sha256),
    gt(contents.referenceCount, 0),
  );
  const copies = db.select({ vaultKey: contents.vaultKey }).from(contents).where(isHash);
  const rows = await db
    .select(fileColumns)
    .from(files)
    .where(and(eq(files.tenantId, scope.tenantId), inArray(files.vaultKey, copies)))
    .orderBy(asc(files.id))
    .limit(limit)
    .for('update');
  for (const row of rows) context.held.set(toFile(row).id, row);
  return rows.map(toFile);
}
