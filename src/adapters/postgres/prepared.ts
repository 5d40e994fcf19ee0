import { AsyncLocalStorage } from 'node:async_hooks';
import { is, Placeholder, sql, type SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pg-proxy';
import type { TenantScope } from '../../ports/file-store.js';
import { TransactionEndedError, type Send, type Sql } from './session.js';

/** A statement whose text is made once in the life of the process. */
export type Prepared<Rows> = (transaction: Sender, values: Values) => Promise<Rows>;

/** A transaction of a tenant. */
interface Sender {
  readonly send: Send;
  readonly scope: TenantScope;
}

/** Values by the names that {@link given} asks for. Those of the scope of the transaction are there already. */
type Values = Readonly<Record<string, unknown>>;

/** What the statements of the builder have in common. */
interface Preparable<Rows> {
  prepare(name: string): Ready<Rows>;
}

interface Ready<Rows> {
  getQuery(): { readonly params: readonly unknown[] };
  execute(values: Record<string, unknown>): Promise<Rows>;
}

const sending = new AsyncLocalStorage<Send>();

const builder: Sql = drizzle(async (...statement) => {
  const send = sending.getStore();
  if (!send) throw new TransactionEndedError();
  return await send(...statement);
});

/**
 * Prepares a statement that every upload needs: making its text anew each time costs more than all else that is done
 * for it in this process. It is made when it is first wanted.
 *
 * @param build - the statement, with {@link given} wherever a value belongs
 */
export function prepared<Rows>(build: (db: Sql) => Preparable<Rows>): Prepared<Rows> {
  // The session gives names by the text.
  const make = once(() => build(builder).prepare(''));
  const names = once(() =>
    make()
      .getQuery()
      .params.filter((param) => is(param, Placeholder))
      .map(({ name }) => name),
  );
  return ({ send, scope }, values) => {
    const { tenantId, subject, correlationId, traceparent = null } = scope;
    const all: Values = { tenantId, subject, correlationId, traceparent, ...values };
    const needed = Object.fromEntries(names().map((name) => [name, encode(all[name])]));
    return sending.run(send, () => make().execute(needed));
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Stands for a value that is given later: one of the scope, or of those that the call brings. */
export const given = <T>(name: string): SQL<T> => sql<T>`${sql.placeholder(name)}`;

/** The columns cannot do that for values that come later, as they know of no NULL: instants and JSON go as text. */
function encode(value: unknown): unknown {
  if (value === undefined) throw new Error('A statement that is prepared lacks a value.');
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return JSON.stringify(value);
}
