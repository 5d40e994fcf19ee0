import pg from 'pg';
import { toFailure } from './failure.js';
import type { TransactionLimits } from './principal.js';

/** Where the database is and what it may take. */
export interface DatabaseConfig extends TransactionLimits {
  readonly url: string;
  readonly poolSize: number;
  /** How long a connection that nobody uses is kept. */
  readonly maxIdleSeconds: number;
  /** Age at which a connection is replaced, once nobody uses it: so all of them follow a failover in the end. */
  readonly maxLifetimeSeconds: number;
  /** Whether each connection keeps its statements prepared. A pooler between must not hand connections on. */
  readonly preparesStatements: boolean;
  /** For a free connection of the pool and for a new one alike. */
  readonly connectTimeoutMs: number;
}

/** Is told of connections that broke; a pino logger is one. */
export interface PoolLogger {
  warn(fields: object, message: string): void;
}

/** How much longer than the server's own limit a client waits for an answer that never comes. */
const ANSWER_GRACE_MS = 2_000;

/** Opens a pool that outlives the connections in it. */
export function createPool(config: DatabaseConfig, logger: PoolLogger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: config.url,
    max: config.poolSize,
    connectionTimeoutMillis: config.connectTimeoutMs,
    idleTimeoutMillis: config.maxIdleSeconds * 1000,
    maxLifetimeSeconds: config.maxLifetimeSeconds,
    query_timeout: config.statementTimeoutMs + ANSWER_GRACE_MS,
    keepAlive: true,
    // What opens a transaction and its first statement go out in one piece.
    pipeline: true,
  });
  const report = (error: Error): void => {
    logger.warn({ failure: toFailure(error).message }, 'A database connection was lost.');
  };
  pool.on('error', report);
  // A backend that dies between two statements emits on the client that is checked out; unheard it ends the process.
  pool.on('connect', (client) => client.on('error', report));
  return pool;
}
