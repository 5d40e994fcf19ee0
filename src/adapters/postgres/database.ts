import {
  ExponentialBackoff,
  handleWhen,
  retry,
  timeout,
  TimeoutStrategy,
  wrap,
  type IPolicy,
} from 'cockatiel';
import { sql as statement } from 'drizzle-orm';
import type pg from 'pg';
import type { PoolState } from '../../observability/pool-gauges.js';
import { DatabaseFailure, toFailure, toPortError, unwrap } from './failure.js';
import { createPool, type DatabaseConfig, type PoolLogger } from './pool.js';
import { beginStatements, type Principal } from './principal.js';
import { createSession, type Session } from './session.js';
import { createStatementNames, type StatementNames } from './statement-names.js';

/** What became of a transaction; for metrics. */
export interface TransactionReport {
  readonly principal: Principal['kind'];
  readonly outcome: 'committed' | 'rolled-back' | 'failed';
  readonly durationMs: number;
  readonly retries: number;
}

/** What the database tells the process around it. */
export interface DatabaseHooks {
  readonly logger: PoolLogger;
  readonly onTransaction?: (report: TransactionReport) => void;
}

/** One pool of connections, reachable through transactions alone. */
export interface Database {
  /**
   * Runs the work in one transaction (READ COMMITTED). Commits when it resolves to what `commits` accepts,
   * which by default is everything; else rolls back. Runs it again after a serialization failure, a deadlock
   * or a connection that was lost before the commit was sent. All of it ends within `deadlineMs`, but for work across
   * tenants, for which nobody waits.
   *
   * @throws TransientError when the database is lost or overloaded; PermanentError when it refuses a statement
   */
  transaction<T>(
    principal: Principal,
    work: (session: Session) => Promise<T>,
    commits?: (value: T) => boolean,
  ): Promise<T>;
  /** State of the pool, for gauges. */
  stats(): PoolState;
  /** Resolves when the database answers; throws TransientError or PermanentError. */
  check(): Promise<void>;
  /** Waits for running transactions and closes all connections. Idempotent. */
  close(): Promise<void>;
}

const MAX_RETRIES = 3;
const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 500;

/** Backs off with jitter, so that those which met once do not meet again. */
const createRetries = (): IPolicy =>
  retry(
    handleWhen((error) => error instanceof DatabaseFailure && ['conflict', 'lost'].includes(error.kind)),
    {
      maxAttempts: MAX_RETRIES,
      backoff: new ExponentialBackoff({ initialDelay: FIRST_RETRY_MS, maxDelay: LAST_RETRY_MS }),
    },
  );

/** Opens a pool. Connects only when the first transaction needs it. */
export function createDatabase(config: DatabaseConfig, hooks: DatabaseHooks): Database {
  const pool = createPool(config, hooks.logger);
  const names = createStatementNames(config.preparesStatements);
  const retries = createRetries();
  const withinDeadline = wrap(timeout(config.deadlineMs, TimeoutStrategy.Aggressive), retries);
  let closing: Promise<void> | undefined;

  const transaction: Database['transaction'] = async (principal, work, commits = () => true) => {
    const startedAt = performance.now();
    let attempts = 0;
    let outcome: TransactionReport['outcome'] = 'failed';
    try {
      const policy = principal.kind === 'system' ? retries : withinDeadline;
      return await policy.execute(async ({ signal }) => {
        attempts += 1;
        const begin = beginStatements(principal, config);
        const { value, isCommitted } = await attempt({ pool, names, begin, signal }, work, commits);
        outcome = isCommitted ? 'committed' : 'rolled-back';
        return value;
      });
    } catch (error) {
      throw toPortError(error);
    } finally {
      const durationMs = performance.now() - startedAt;
      hooks.onTransaction?.({ principal: principal.kind, outcome, durationMs, retries: attempts - 1 });
    }
  };
  return {
    transaction,
    stats: () => ({
      totalCount: pool.totalCount,
      idleCount: pool.idleCount,
      waitingCount: pool.waitingCount,
    }),
    check: async () => {
      await transaction({ kind: 'login' }, async ({ sql }) => await sql.execute(statement`select 1`));
    },
    close: () => (closing ??= pool.end()),
  };
}

interface Attempt<T> {
  readonly value: T;
  readonly isCommitted: boolean;
}

interface Opening {
  readonly pool: pg.Pool;
  readonly names: StatementNames;
  readonly begin: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

async function attempt<T>(
  { pool, names, begin, signal }: Opening,
  work: (session: Session) => Promise<T>,
  commits: (value: T) => boolean,
): Promise<Attempt<T>> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toFailure(error);
  });
  const session = createSession(client, names);
  signal.addEventListener('abort', session.cut, { once: true });
  try {
    if (signal.aborted) throw new DatabaseFailure('busy', 'no connection in time');
    await session.begin(begin);
    const value = await work(session).finally(session.end);
    const isCommitted = commits(value);
    await (isCommitted ? session.commit() : session.rollback());
    client.release();
    return { value, isCommitted };
  } catch (error) {
    session.end();
    const cause = unwrap(error);
    client.release(!(await isUsable(session, cause)));
    throw withoutRepeat(cause, session);
  } finally {
    signal.removeEventListener('abort', session.cut);
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

/** Whether a commit that was sent has happened is unknown, so its work must not run again. */
function withoutRepeat(error: unknown, session: Session): unknown {
  if (!(error instanceof DatabaseFailure) || error.kind !== 'lost' || !session.isCommitSent()) return error;
  return new DatabaseFailure('busy', `${error.message}; whether the commit happened is unknown`);
}
