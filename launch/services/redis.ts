import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { freePort } from '../free-port.js';
import { StartError } from '../start-error.js';
import { findCommand, giveTo } from './run-as.js';
import { startServer, type ServerProcess } from './server-process.js';

const PROBE_TIMEOUT_MS = 2_000;

/** Where and how to run Redis. */
export interface RedisOptions {
  /** Directory of ours; holds the configuration and the append-only file. */
  readonly directory: string;
  /** Ends the start. */
  readonly signal?: AbortSignal;
  /** @default assigned by the system */
  readonly port?: number;
  /** Letters, digits, "-" and "_" only; absent: no password. */
  readonly password?: string;
  /** Further lines of redis.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running Redis. */
export interface RedisServer extends ServerProcess {
  readonly url: string;
  readonly port: number;
}

/**
 * Starts redis-server on 127.0.0.1 with an append-only file, and without eviction: a queue that forgets
 * jobs under memory pressure is none.
 *
 * @throws StartError
 */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const command = findCommand('redis-server');
  if (command === null) throw new StartError('redis-server is not installed: apt-get install redis-server.');
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  await giveTo(options.directory, ['redis', 'nobody']);
  const port = await freePort(options.port);
  await writeConfiguration(options, port);
  const server = await startServer({
    name: 'Redis',
    command,
    // From standard input: given a path, it makes it absolute and cannot pass our closed directories.
    args: ['-'],
    inputFile: path.join(options.directory, 'redis.conf'),
    cwd: options.directory,
    logFile: path.join(options.directory, 'redis.log'),
    pidFile: path.join(options.directory, 'server.pid'),
    ownedDirectory: options.directory,
    parentDeathSignal: 'TERM',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
    readyTimeoutMs: 60_000,
    signal: options.signal,
    isReady: () => answers(port, options.password),
  });
  const login = options.password === undefined ? '' : `:${options.password}@`;
  return { ...server, url: `redis://${login}127.0.0.1:${String(port)}`, port };
}

/** In a file and not on the command line, where everybody could read the password. */
async function writeConfiguration(options: RedisOptions, port: number): Promise<void> {
  const lines = [
    'bind 127.0.0.1',
    `port ${String(port)}`,
    'dir .',
    'daemonize no',
    'appendonly yes',
    'appendfsync everysec',
    'maxmemory-policy noeviction',
    'save ""',
    'loglevel notice',
    ...(options.password === undefined ? [] : [`requirepass ${options.password}`]),
    ...Object.entries(options.settings ?? {}).map(([name, value]) => `${name} ${value}`),
  ];
  await writeFile(path.join(options.directory, 'redis.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** True once it has loaded its file: until then it answers LOADING. */
function answers(port: number, password: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(port, '127.0.0.1');
    const settle = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => {
      settle(false);
    });
    socket.once('error', () => {
      settle(false);
    });
    socket.once('connect', () => {
      socket.write(`${password === undefined ? '' : `AUTH ${password}\r\n`}PING\r\n`);
    });
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
      if (reply.includes('+PONG')) settle(true);
      if (/^-LOADING/m.test(reply)) settle(false);
    });
    socket.once('close', () => {
      settle(false);
    });
  });
}
