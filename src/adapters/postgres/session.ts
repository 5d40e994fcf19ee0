import type { Duplex } from 'node:stream';
import { drizzle, type PgRemoteDatabase } from 'drizzle-orm/pg-proxy';
import pg from 'pg';
import { DatabaseFailure, toFailure } from './failure.js';
import type { StatementNames } from './statement-names.js';

/** Typed statements within one transaction. Dead when the transaction's callback has ended. */
export type Sql = PgRemoteDatabase;

/** Sends one statement within a transaction; throws once that has ended. */
export type Send = Parameters<typeof drizzle>[0];

/** One transaction on one connection. */
export interface Session {
  readonly sql: Sql;
  /** What `sql` sends with. */
  readonly send: Send;
  /** Whether the callback still runs. */
  readonly isOpen: () => boolean;
  /** Whether the server may have committed. */
  readonly isCommitSent: () => boolean;
  /** From here on every use of the handle throws: the connection may already serve another tenant. */
  readonly end: () => void;
  /**
   * Opens it. What is asked for meanwhile goes out with it, and the server refuses it where the opening fails. Nothing is
   * sent any more once that is known: a server that was told to cancel just then has no transaction at all.
   */
  readonly begin: (statements: string) => Promise<void>;
  /**
   * Lets something happen in the round trip of the commit, as the last thing before it, so that what it locks is held
   * for no longer. Asked when the time has come.
   */
  readonly beforeCommit: (statement: () => string | undefined) => void;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<void>;
  /** Ends the connection without a word: a server that answers nothing does not hear goodbyes either. */
  readonly cut: () => void;
}

/** Whoever kept a transaction learns this instead of somebody else's rows. */
export class TransactionEndedError extends Error {
  override readonly name = 'TransactionEndedError';

  constructor() {
    super('The transaction has ended: its handle must not be used outside its callback.');
  }
}

/** Wraps a connection for the time of one transaction. */
export function createSession(client: pg.PoolClient, names: StatementNames): Session {
  let isOpen = true;
  let isCommitSent = false;
  const last: (() => string | undefined)[] = [];
  const control = (statements: string): Promise<string | undefined> => runPlain(client, statements);
  const send: Send = async (text, values, method) => {
    if (!isOpen) throw new TransactionEndedError();
    return await execute(client, { ...names.of(text), text, values, types: TYPES }, method);
  };
  return {
    sql: drizzle(send),
    send,
    isOpen: () => isOpen,
    isCommitSent: () => isCommitSent,
    end: () => {
      isOpen = false;
    },
    beforeCommit: (statement) => void last.push(statement),
    begin: async (statements) => {
      gatherWrites(client);
      await control(statements).catch((error: unknown) => {
        isOpen = false;
        throw error;
      });
    },
    commit: async () => {
      isCommitSent = true;
      const statements = [...last.flatMap((statement) => statement() ?? []), 'COMMIT'];
      const command = await control(statements.join('; '));
      // A transaction that has failed answers COMMIT with a rollback and without an error.
      if (command !== 'COMMIT') throw new DatabaseFailure('refused', 'commit of a failed transaction');
    },
    rollback: async () => {
      await control('ROLLBACK');
    },
    cut: () => {
      socketOf(client)?.destroy();
    },
  };
}

/** `pg` has the socket, and leaves it out of its types. */
const socketOf = (client: pg.PoolClient): Duplex | undefined =>
  (client as { readonly connection?: { readonly stream?: Duplex } }).connection?.stream;

/** Lets what is sent within this turn of the event loop go out in one piece. */
function gatherWrites(client: pg.PoolClient): void {
  const socket = socketOf(client);
  socket?.cork();
  process.nextTick(() => socket?.uncork());
}

/** Runs statements without parameters in one round trip. @returns which command the last one was */
async function runPlain(client: pg.PoolClient, statements: string): Promise<string | undefined> {
  try {
    // Of several statements the result is a list.
    const results = (await client.query(statements)) as pg.QueryResult | pg.QueryResult[];
    return (Array.isArray(results) ? results.at(-1) : results)?.command;
  } catch (error) {
    throw toFailure(error);
  }
}

async function execute(
  client: pg.PoolClient,
  statement: pg.QueryConfig,
  method: 'all' | 'execute',
): Promise<{ rows: unknown[] }> {
  try {
    if (method === 'execute') return await client.query(statement);
    return await client.query({ ...statement, rowMode: 'array' });
  } catch (error) {
    throw toFailure(error);
  }
}

const { TIMESTAMPTZ, JSON, JSONB } = pg.types.builtins;
const AS_TEXT: ReadonlySet<number> = new Set([TIMESTAMPTZ, JSON, JSONB]);

type ParserOf = typeof pg.types.getTypeParser;

const textOr = (oid: Parameters<ParserOf>[0]): ((text: string) => unknown) =>
  AS_TEXT.has(oid) ? (text) => text : (pg.types.getTypeParser(oid, 'text') as (text: string) => unknown);

/** Instants and JSON come as text: the schema's columns know how to read them. */
const TYPES: pg.CustomTypesConfig = { getTypeParser: textOr as ParserOf };
