import { getTableColumns } from 'drizzle-orm';
import { files } from '../../../db/schema/files.js';
import type { Correlation } from '../../domain/actor.js';
import type { FileState } from '../../domain/file-state.js';
import type { File, Priority, TransferMode } from '../../domain/file.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import type { MetadataEntry } from '../../domain/metadata.js';
import type { Verdict } from '../../domain/verdict.js';
import { given } from './prepared.js';

const {
  leaseUntil: _leaseUntil,
  nextAttemptAt: _nextAttemptAt,
  queuedAt: _queuedAt,
  queueNumber: _queueNumber,
  stagedRemovedAt: _stagedRemovedAt,
  correlationId: _correlationId,
  traceparent: _traceparent,
  partsListedAt: _partsListedAt,
  directActiveAt: _directActiveAt,
  listingDueAt: _listingDueAt,
  ...columns
} = getTableColumns(files);

/** The columns that a `File` is made of: all but those that only the machinery of inspections and listings needs. */
export const fileColumns = columns;

type FileRow = Pick<typeof files.$inferSelect, keyof typeof fileColumns>;

/** Reads a row. What is written by this adapter and checked by the table needs no second check. */
export const toFile = (row: FileRow): File => ({
  ...row,
  id: row.id as FileId,
  tenantId: row.tenantId as TenantId,
  state: row.state as FileState,
  priority: row.priority as Priority,
  transferMode: row.transferMode as TransferMode,
  metadata: row.metadata as readonly MetadataEntry[],
  verdict: toVerdict(row.verdict),
});

/** Turns a new file into its row. */
export const toRow = (
  file: File,
  { correlationId, traceparent }: Correlation,
): typeof files.$inferInsert => ({
  ...file,
  correlationId,
  traceparent: traceparent ?? null,
});

/** What stands for such a row in a statement that is prepared. */
export const GIVEN_ROW = Object.fromEntries(
  [...Object.keys(fileColumns), 'correlationId', 'traceparent'].map((name) => [name, given(name)]),
) as unknown as typeof files.$inferInsert;

function toVerdict(json: unknown): Verdict | null {
  if (json === null) return null;
  const verdict = json as Verdict & { readonly decidedAt: string };
  return { ...verdict, decidedAt: new Date(verdict.decidedAt) };
}
