import path from 'node:path';
import pg from 'pg';
import { findDefinitions, type Definitions } from './definitions.js';
import { startClamd } from './services/clamd.js';
import { startPostgres } from './services/postgres.js';
import { startRedis } from './services/redis.js';
import type { ServerProcess } from './services/server-process.js';
import { supervise, type SuperviseOptions, type Supervised } from './supervise.js';

/** Told to the operator, or the end of everything. */
export interface Watch extends Pick<SuperviseOptions<ServerProcess>, 'report' | 'giveUp'> {
  /** Ends what is being started. */
  readonly signal: AbortSignal;
}

/** A server of ours that runs under supervision. */
export interface Embedded extends Supervised {
  readonly url: string;
  readonly pid: number;
}

const DATABASE = 'lazaret';

/** Starts Postgres with the product's database; the URL is an administrator's. */
export async function embedPostgres(directory: string, password: string, watch: Watch): Promise<Embedded> {
  const start = (port?: number): ReturnType<typeof startPostgres> =>
    startPostgres({ directory, password, signal: watch.signal, ...(port === undefined ? {} : { port }) });
  const first = await start();
  const supervised = supervise(first, { name: 'Postgres', start: () => start(first.port), ...watch });
  const url = new URL(first.localUrl);
  await createDatabase(url.href);
  url.pathname = `/${DATABASE}`;
  return { ...supervised, url: url.href, pid: first.pid };
}

async function createDatabase(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** Starts Redis. */
export async function embedRedis(directory: string, password: string, watch: Watch): Promise<Embedded> {
  const start = (port?: number): ReturnType<typeof startRedis> =>
    startRedis({ directory, password, signal: watch.signal, ...(port === undefined ? {} : { port }) });
  const first = await start();
  const supervised = supervise(first, { name: 'Redis', start: () => start(first.port), ...watch });
  return { ...supervised, url: first.url, pid: first.pid };
}

/** Starts clamd with the best definitions that are to be had. */
export async function embedClamd(
  directory: string,
  watch: Watch,
): Promise<Embedded & { readonly definitions: Definitions }> {
  const definitions = await findDefinitions(directory);
  const start = (port?: number): ReturnType<typeof startClamd> =>
    startClamd({
      directory: path.resolve(directory),
      definitions: definitions.directory,
      signal: watch.signal,
      ...(port === undefined ? {} : { port }),
    });
  const first = await start();
  const supervised = supervise(first, { name: 'clamd', start: () => start(first.port), ...watch });
  // A large file gets there twice as fast as by the unix socket, which holds 200 KB where TCP has some MB under way.
  return { ...supervised, url: first.tcp, pid: first.pid, definitions };
}
