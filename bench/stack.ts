import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findDefinitions } from '../launch/definitions.js';
import { freePort } from '../launch/free-port.js';
import { startClamd, type ClamdServer } from '../launch/services/clamd.js';
import type { Pids } from './meter.js';

/** The whole product, running for this measurement alone. */
export interface Stack {
  readonly url: string;
  readonly clamd: { readonly port: number };
  readonly pids: Pids;
  /** For whatever else the measurement writes: the same disk as the product's. */
  readonly scratch: string;
  /** Of the superuser of its Postgres. */
  readonly databaseUrl: string;
  /** Names of the processes that come back after `kill`. */
  readonly killable: readonly string[];
  /** Ends a process at once, as a power cut would. */
  kill(name: string): Promise<void>;
  stop(): Promise<void>;
}

const BOOTSTRAP = path.resolve(import.meta.dirname, '..', '..', 'launch', 'bootstrap.mjs');
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/**
 * Starts the product by its own command. Its clamd is ours, because clamd remembers what was clean and would
 * answer the second time without a look.
 *
 * @throws Error when it is not ready in time
 */
export async function startStack(keepsData: boolean): Promise<Stack> {
  const root = await mkdtemp(path.join(tmpdir(), 'lazaret-bench-'));
  const clamavDirectory = path.join(root, 'clamav');
  let clamd: ClamdServer | undefined;
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (child) await endChild(child);
    await clamd?.stop();
    if (keepsData) console.log(`The data directory is ${root}`);
    else await rm(root, { recursive: true, force: true });
  };
  try {
    const definitions = await prepareDefinitions(clamavDirectory);
    const clamdOptions = { directory: clamavDirectory, definitions, settings: ['DisableCache yes'] };
    clamd = await startClamd(clamdOptions);
    const { port } = clamd;
    const killClamd = async (): Promise<void> => {
      await end(clamd);
      clamd = await startClamd({ ...clamdOptions, port });
    };
    const data = path.join(root, 'data');
    const env = await environment(data, clamd.tcp);
    child = startProduct(root, env);
    const url = `http://127.0.0.1:${String(env['LAZARET_PORT'])}`;
    await untilReady(child, url, path.join(root, 'start.log'));
    const pids = { ...(await readPids(data)), clamd: clamd.pid };
    return {
      ...{ url, clamd, pids, scratch: root, databaseUrl: await databaseUrlOf(data), stop },
      killable: [...Object.keys(PID_FILES), 'clamd'],
      // Its supervisor starts it again, under another pid.
      kill: async (name) => (name === 'clamd' ? killClamd() : kill((await readPids(data))[name])),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepareDefinitions(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  return (await findDefinitions(directory)).directory;
}

async function environment(data: string, clamd: string): Promise<NodeJS.ProcessEnv> {
  return {
    ...process.env,
    LAZARET_DATA_DIR: data,
    LAZARET_PORT: String(await freePort()),
    LAZARET_METRICS_PORT: String(await freePort()),
    LAZARET_WORKER_METRICS_PORT: String(await freePort()),
    CLAMD_ADDRESSES: clamd,
  };
}

function startProduct(root: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [BOOTSTRAP, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(path.join(root, 'start.log'));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  return child;
}

async function untilReady(child: ChildProcess, url: string, log: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const text = await readFile(log, 'utf8').catch(() => '');
    // The banner names the address once API and worker both do their work.
    if (text.includes(`${url}/graphql`)) return;
    await delay(POLL_MS);
  }
  throw new Error(`The product did not start:\n${await readFile(log, 'utf8').catch(() => '')}`);
}

const PID_FILES = {
  api: 'run/api.pid',
  worker: 'run/worker.pid',
  postgres: 'postgres/server.pid',
  redis: 'redis/server.pid',
};

/** Port and socket are the fourth and fifth line of the file that a running server leaves there. @see postmaster.pid of Postgres */
async function databaseUrlOf(data: string): Promise<string> {
  const password = await readFile(path.join(data, 'keys', 'postgres-superuser.hex'), 'utf8');
  const cluster = path.join(data, 'postgres', 'data');
  const lines = (await readFile(path.join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
  const [port = '', socket = ''] = lines.slice(3);
  // The same way as the product's: without a socket that has none either.
  const host = socket === '' ? '127.0.0.1' : encodeURIComponent(path.resolve(cluster, socket));
  return `postgres://postgres:${password.trim()}@${host}:${port}/postgres`;
}

async function readPids(data: string): Promise<Pids> {
  const entries = Object.entries(PID_FILES).map(async ([name, file]) => {
    return [name, Number.parseInt(await readFile(path.join(data, file), 'utf8'), 10)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Ends a process of ours without a word. */
function kill(pid: number | undefined): void {
  if (pid === undefined) throw new Error('There is no such process.');
  process.kill(pid, 'SIGKILL');
}

async function end(server: ClamdServer | undefined): Promise<void> {
  kill(server?.pid);
  await server?.exited;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
}
