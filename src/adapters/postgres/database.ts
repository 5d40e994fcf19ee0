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
import type { PoolState } from '../../observability/pool-gauges.js';
import { attempt } from './attempt.js';
import { DatabaseFailure, toPortError } from './failure.js';
import { createPool, type DatabaseConfig, type PoolLogger } from './pool.js';
import { beginStatements, type Principal } from './principal.js';
import type { Session } from './session.js';
import { createStatementNames } from './statement-names.js';

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
   * @throws TransientError when the database is lost or overloaded, UncertainError when that was in the middle of the
   * commit; PermanentError when it refuses a statement
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
  // What is under way learns of the end from the signal: it alone knows whether a commit was sent.
  const inTime = wrap(timeout(config.deadlineMs, TimeoutStrategy.Cooperative), retries);
  let closing: Promise<void> | undefined;

  const transaction: Database['transaction'] = async (principal, work, commits = () => true) => {
    const startedAt = performance.now();
    let attempts = 0;
    let outcome: TransactionReport['outcome'] = 'failed';
    try {
      const policy = principal.kind === 'system' ? retries : inTime;
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
