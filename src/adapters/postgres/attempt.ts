import type pg from 'pg';
import { DatabaseFailure, toFailure, unwrap } from './failure.js';
import { createSession, type Session } from './session.js';
import type { StatementNames } from './statement-names.js';

/** What came of a transaction that has ended in order. */
export interface Attempt<T> {
  readonly value: T;
  readonly isCommitted: boolean;
}

/** What one attempt at a transaction needs. */
export interface Opening {
  readonly pool: pg.Pool;
  readonly names: StatementNames;
  /** The statements that open the transaction. */
  readonly begin: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Runs the work in a transaction of its own, once. When the signal aborts, the connection is cut off and thrown away:
 * a server that stands still would keep it for as long as it likes.
 *
 * @throws DatabaseFailure, or whatever the work throws
 */
export async function attempt<T>(
  { pool, names, begin, signal }: Opening,
  work: (session: Session) => Promise<T>,
  commits: (value: T) => boolean,
): Promise<Attempt<T>> {
  const client = await checkOut(pool, signal);
  const session = createSession(client, names);
  signal.addEventListener('abort', session.cut, { once: true });
  try {
    const opening = session.begin(begin);
    const value = await begun(opening, Promise.try(work, session).finally(session.end));
    const isCommitted = commits(value);
    await (isCommitted ? session.commit() : session.rollback());
    client.release();
    return { value, isCommitted };
  } catch (error) {
    session.end();
    const cause = unwrap(error);
    client.release(!(await isUsable(session, cause)));
    throw withoutRepeat(signal.aborted && cause instanceof DatabaseFailure ? LATE : cause, session);
  } finally {
    signal.removeEventListener('abort', session.cut);
  }
}

/**
 * Waits for the work, which need not wait for the transaction to be open: where that fails, the server refuses whatever
 * comes behind it, and why it failed is what counts.
 */
async function begun<T>(opening: Promise<void>, work: Promise<T>): Promise<T> {
  const [opened, worked] = await Promise.allSettled([opening, work]);
  if (opened.status === 'rejected') throw opened.reason;
  if (worked.status === 'rejected') throw worked.reason;
  return worked.value;
}

/** Broken, because it was cut off. */
const LATE = new DatabaseFailure('busy', 'no answer within the deadline', true);

/** A connection of the pool, unless it comes too late. */
async function checkOut(pool: pg.Pool, signal: AbortSignal): Promise<pg.PoolClient> {
  if (signal.aborted) throw LATE;
  const late = Promise.withResolvers<never>();
  const giveUp = (): void => late.reject(LATE);
  signal.addEventListener('abort', giveUp, { once: true });
  const coming = pool.connect();
  try {
    return await Promise.race([coming, late.promise]);
  } catch (error) {
    // Nobody is there to take it any more.
    if (error === LATE) coming.then((client) => client.release()).catch(() => undefined);
    throw toFailure(error);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** Rolls back, and says whether the connection is fit for another transaction. */
async function isUsable(session: Session, cause: unknown): Promise<boolean> {
  if (cause instanceof DatabaseFailure && cause.isConnectionBroken) return false;
  return await session.rollback().then(
    () => true,
    () => false,
  );
}

/** Whether a commit that was sent has happened is unknown without an answer, so its work must not run again. */
function withoutRepeat(error: unknown, session: Session): unknown {
  if (!(error instanceof DatabaseFailure) || !session.isCommitSent()) return error;
  if (error.kind !== 'lost' && !error.isConnectionBroken) return error;
  const { message, isConnectionBroken } = error;
  return new DatabaseFailure(
    'busy',
    `${message}; whether the commit happened is unknown`,
    isConnectionBroken,
    true,
  );
}
