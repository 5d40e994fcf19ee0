import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';
import { PermanentError, TransientError, UncertainError } from '../../domain/errors.js';

/**
 * What a failed statement means: `conflict` and `lost` may be tried again at once, `busy` later, `refused` never.
 */
export type FailureKind = 'conflict' | 'lost' | 'busy' | 'refused';

/** A failure of the database that keeps neither statement nor values: only codes and names of the schema. */
export class DatabaseFailure extends Error {
  override readonly name = 'DatabaseFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    /** Whether the connection may be in any state and must not be used again. */
    readonly isConnectionBroken = false,
    /** Whether the transaction may have been committed all the same. */
    readonly isUncertain = false,
  ) {
    super(message);
  }
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const KINDS: readonly (readonly [codes: RegExp, kind: FailureKind])[] = [
  [/^(?:40001|40P01)$/, 'conflict'],
  // Connection exceptions, shutdown and crash of the server, and a server that has become a read-only one.
  [/^(?:08...|57P0[1235]|25006)$/, 'lost'],
  // Resources, locks, cancelled statements, idle or overlong transactions, errors of the machine.
  [/^(?:53...|55P03|57014|25P0[34]|58...)$/, 'busy'],
];

/** Once a server has become a read-only one, its connections stay with it: to whatever took its place leads a new one. */
const READ_ONLY = '25006';

/** Says what a rejection of `pg` means. */
export function toFailure(error: unknown): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error;
  if (!(error instanceof pg.DatabaseError)) {
    return new DatabaseFailure(kindOfTrouble(error), nameTrouble(error), true);
  }
  const code = error.code ?? 'unknown';
  const kind = KINDS.find(([codes]) => codes.test(code))?.[1] ?? 'refused';
  const where = [error.table, error.constraint].filter((name) => name !== undefined).join(', ');
  const message = `SQLSTATE ${code}${where === '' ? '' : ` (${where})`}`;
  return new DatabaseFailure(kind, message, code === READ_ONLY);
}

/** `pg` has no codes for its own timeouts. */
const TIMEOUTS = /timeout exceeded when trying to connect|due to connection timeout|Query read timeout/;

const kindOfTrouble = (error: unknown): FailureKind =>
  error instanceof Error && TIMEOUTS.test(error.message) ? 'busy' : 'lost';

function nameTrouble(error: unknown): string {
  if (kindOfTrouble(error) === 'busy') return 'no connection or no answer in time';
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'closed';
  return `connection lost (${code})`;
}

/** Takes the wrapping of drizzle off, which would carry statement and values on. */
export const unwrap = (error: unknown): unknown => (error instanceof DrizzleQueryError ? error.cause : error);

/** What callers of the adapter get to see: errors of the port's contract; everything else as it was. */
export function toPortError(error: unknown): unknown {
  if (!(error instanceof DatabaseFailure)) return error;
  if (error.isUncertain) return new UncertainError('postgres', error.message);
  return error.kind === 'refused'
    ? new PermanentError('postgres', error.message)
    : new TransientError('postgres', error.message);
}
