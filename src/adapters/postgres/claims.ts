import { and, eq, sql, type AnyColumn, type SQL } from 'drizzle-orm';
import { contents } from '../../../db/schema/contents.js';
import { files } from '../../../db/schema/files.js';
import { fragments } from '../../../db/schema/fragments.js';
import type { FileState } from '../../domain/file-state.js';
import type { FileId } from '../../domain/ids.js';
import type { Claims } from '../../domain/stored-bytes.js';
import type { FileScope } from './file-scope.js';

const columns = {
  id: files.id,
  state: files.state,
  attempt: files.attempt,
  ingestHandle: files.ingestHandle,
  stagedRemovedAt: files.stagedRemovedAt,
};

/** Reads what the rows of a tenant say of bytes: the files themselves, and whoever else names a key. */
export async function readClaims(
  { sql: db, scope }: FileScope,
  ids: readonly FileId[],
  keys: readonly string[],
): Promise<Claims> {
  const rows = await db
    .select(columns)
    .from(files)
    .where(and(eq(files.tenantId, scope.tenantId), isAnyOf(files.id, ids, 'uuid')));
  const served = await db
    .select({ key: files.vaultKey })
    .from(files)
    .where(and(eq(files.tenantId, scope.tenantId), isAnyOf(files.vaultKey, keys, 'text')));
  // Also one without references: whoever ended the last of them removes it, and nobody else.
  const copies = await db
    .select({ key: contents.vaultKey })
    .from(contents)
    .where(and(eq(contents.tenantId, scope.tenantId), isAnyOf(contents.vaultKey, keys, 'text')));
  const pieces = await db
    .select({ key: fragments.objectKey })
    .from(fragments)
    .where(and(eq(fragments.tenantId, scope.tenantId), isAnyOf(fragments.fileId, ids, 'uuid')));
  return {
    files: new Map(
      rows.map(({ id, state, stagedRemovedAt, ...row }) => [
        id as FileId,
        { ...row, id: id as FileId, state: state as FileState, isCleanedUp: stagedRemovedAt !== null },
      ]),
    ),
    namedKeys: new Set([...served, ...copies, ...pieces].flatMap(({ key }) => key ?? [])),
  };
}

/** One parameter however many values there are, so that the statement is the same each time. */
const isAnyOf = (column: AnyColumn, values: readonly string[], type: 'uuid' | 'text'): SQL =>
  sql`${column} = any(${sql.param([...values])}::${sql.raw(type)}[])`;
