import { and, asc, eq, gte, lt, max, sql, type SQL } from 'drizzle-orm';
import { fragments } from '../../../db/schema/fragments.js';
import type { Fragment } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import type { FileScope } from './file-scope.js';
import { given, prepared } from './prepared.js';
import type { Sql } from './session.js';

const columns = {
  partNumber: fragments.partNumber,
  offsetBytes: fragments.offsetBytes,
  sizeBytes: fragments.sizeBytes,
  objectKey: fragments.objectKey,
  mac: fragments.mac,
};

/** Reads the fragments of a file, by part number and offset. */
export async function fragmentsOf(context: FileScope, id: FileId): Promise<Fragment[]> {
  const rows = await selectFragments(context, { id });
  return rows.map((row) => ({ ...row, mac: row.mac ?? undefined }));
}

const selectFragments = prepared((db) =>
  db
    .select(columns)
    .from(fragments)
    .where(isOfGivenFile)
    .orderBy(asc(fragments.partNumber), asc(fragments.offsetBytes)),
);

/** Whether the fragments before an offset reach up to it without a gap. */
export async function continuesPart(context: FileScope, id: FileId, fragment: Fragment): Promise<boolean> {
  const { partNumber, offsetBytes } = fragment;
  const isBefore = and(eq(fragments.partNumber, partNumber), lt(fragments.offsetBytes, offsetBytes));
  const [row] = await context.sql
    .select({ end: max(sql`${fragments.offsetBytes} + ${fragments.sizeBytes}`).mapWith(Number) })
    .from(fragments)
    .where(and(ofFile(context, id), isBefore));
  return (row?.end ?? 0) === offsetBytes;
}

/** Writes the row of a fragment. */
export async function writeFragment(context: FileScope, fileId: FileId, fragment: Fragment): Promise<void> {
  await context.sql.insert(fragments).values({ tenantId: context.scope.tenantId, fileId, ...fragment });
}

/** Selects those of a file for a statement that is prepared: the file is `id`. */
export const isOfGivenFile = and(
  eq(fragments.tenantId, given('tenantId')),
  eq(fragments.fileId, given('id')),
);

/** The fragments of one part from an offset on. */
interface Range {
  readonly partNumber: number;
  readonly from: number;
}

/**
 * Removes the rows of fragments of one part from an offset on.
 *
 * @returns how many bytes they had, and where those are
 */
export async function dropFragments(
  context: FileScope,
  id: FileId,
  { partNumber, from }: Range,
): Promise<{ readonly sizeBytes: number; readonly keys: readonly string[] }> {
  const isWithin = and(eq(fragments.partNumber, partNumber), gte(fragments.offsetBytes, from));
  const dropped = await deleteFragments(context.sql, and(ofFile(context, id), isWithin));
  return {
    sizeBytes: dropped.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    keys: dropped.map(({ key }) => key),
  };
}

/** The statement that removes them, to be run alone or as a part of another. */
export const deleteFragments = (db: Sql, where: SQL | undefined) =>
  db.delete(fragments).where(where).returning({ sizeBytes: fragments.sizeBytes, key: fragments.objectKey });

const ofFile = ({ scope }: FileScope, id: FileId): SQL | undefined =>
  and(eq(fragments.tenantId, scope.tenantId), eq(fragments.fileId, id));
