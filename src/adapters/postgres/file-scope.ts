import { and, eq, sql, type SQL } from 'drizzle-orm';
import { contents } from '../../../db/schema/contents.js';
import { files } from '../../../db/schema/files.js';
import type { File } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import type { TenantScope } from '../../ports/file-store.js';
import type { Owed } from './owed-usage.js';
import { given } from './prepared.js';
import type { Send, Sql } from './session.js';

/** What the methods of a file transaction work with. */
export interface FileScope {
  readonly sql: Sql;
  /** For statements that are prepared. */
  readonly send: Send;
  readonly scope: TenantScope;
  /** Files whose lock this transaction holds, as nobody else can change them meanwhile. */
  readonly held: Map<FileId, HeldFile>;
  /** What of the quota goes back with the commit, and whether there is none to be: a claim was refused. */
  readonly owed: Owed;
}

/** What a write of a file compares with, and the counts of bytes that only the database knows for sure. */
export type HeldFile = Pick<File, 'version' | 'attempt' | 'receivedBytes' | 'scannedBytes'>;

/** Selects one file of the tenant. The policy would do; the explicit tenant finds the index. */
export const isFile = ({ scope }: FileScope, id: FileId): SQL | undefined =>
  and(eq(files.tenantId, scope.tenantId), eq(files.id, id));

/** The same for a statement that is prepared: the file is `id`. */
export const isGivenFile = and(eq(files.tenantId, given('tenantId')), eq(files.id, given('id')));

/** Selects one sealed copy of the tenant. */
export const isCopy = ({ scope }: FileScope, vaultKey: string): SQL | undefined =>
  and(eq(contents.tenantId, scope.tenantId), eq(contents.vaultKey, vaultKey));

/** The instant of the statement by the clock that all processes share; `now()` stands still in a transaction. */
export const databaseNow = sql<Date>`date_trunc('milliseconds', clock_timestamp())`;

/**
 * The instant at which the transaction began, by the same clock. It stands still, so that an index can be asked for what
 * is due by it; of a clock that moves on, every row would have to be.
 */
export const transactionNow = sql<Date>`now()`;

/** An instant some milliseconds from now, by the same clock. */
export const databaseNowPlus = (durationMs: SQL | number): SQL =>
  sql`${databaseNow} + ${durationMs}::double precision * interval '1 millisecond'`;

/** An instant some milliseconds before the transaction began. */
export const transactionNowMinus = (durationMs: number): SQL =>
  sql`${transactionNow} - ${durationMs}::double precision * interval '1 millisecond'`;
