import { spawn, type ChildProcess } from 'node:child_process';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../start-error.js';
import { identityOf } from '../process-identity.js';
import { endLeftover, type Leftover } from './end-leftover.js';
import { reasonIn } from './reason-in.js';
import { runAs, type RunAs } from './run-as.js';

const LOG_LIMIT_BYTES = 8 * 1024 * 1024;
const REASON_BYTES = 64 * 1024;
const FIRST_POLL_MS = 20;
/** A probe costs both sides something: of what takes seconds to start, a tenth of a second late is soon enough. */
const LONGEST_POLL_MS = 100;

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not even be started. */
  readonly message?: string;
}

/** A running server. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles when the process has ended, for whatever reason; never rejects. */
  readonly exited: Promise<Exit>;
  /** Ends it in order, by force after a while; settles when it is gone. Harmless when repeated. */
  readonly stop: () => Promise<void>;
}

/** What to run, and how to tell that it works. */
export interface ServerSpec extends RunAs, Leftover {
  /** As a person calls it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Opened by us and handed to the server as its standard input. */
  readonly inputFile?: string;
  /** Gets what the server prints; the file before it is kept as `.1` once it is large. */
  readonly logFile: string;
  /** Gets what the server prints instead of the file. */
  readonly onOutput?: (chunk: Buffer) => void;
  /** The server is a Node process that ends when its channel to us closes. @default false */
  readonly hasChannel?: boolean;
  readonly readyTimeoutMs: number;
  /** Ends the waiting, and the server with it. */
  readonly signal?: AbortSignal | undefined;
  /** Asked again and again until true. */
  readonly isReady: () => Promise<boolean>;
}

/**
 * Starts a server in its own session (a terminal's Ctrl-C reaches us alone) and waits until it is ready.
 *
 * @throws StartError with the end of its log when it ends or is not ready in time
 */
export async function startServer(spec: ServerSpec): Promise<ServerProcess> {
  await endLeftover(spec);
  await rotate(spec.logFile);
  const said = outputOf(spec, await sizeOf(spec.logFile));
  const child = await spawnServer(spec, said.take);
  const exited = exitOf(child);
  if (child.pid === undefined) throw new StartError(`${spec.name} could not be started (${spec.command}).`);
  await writeFile(spec.pidFile, identityOf(child.pid) ?? '', { mode: 0o600 });
  const server = { pid: child.pid, exited, stop: stopper(spec, child, exited) };
  await waitUntilReady(spec, server, said.text);
  return server;
}

/** What the server printed since it was started: of its log file, or of what came to us. */
function outputOf(
  spec: ServerSpec,
  offset: number,
): { take: (chunk: Buffer) => void; text: () => Promise<string> } {
  let kept = Buffer.alloc(0);
  return {
    take(chunk) {
      if (kept.length < REASON_BYTES) kept = Buffer.concat([kept, chunk]).subarray(0, REASON_BYTES);
    },
    text: async () =>
      spec.onOutput === undefined ? readFrom(spec.logFile, offset).catch(() => '') : kept.toString('utf8'),
  };
}

async function readFrom(file: string, offset: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(REASON_BYTES), 0, REASON_BYTES, offset);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function spawnServer(spec: ServerSpec, take: (chunk: Buffer) => void): Promise<ChildProcess> {
  const log = spec.onOutput === undefined ? await open(spec.logFile, 'a', 0o600) : null;
  const input = spec.inputFile === undefined ? null : await open(spec.inputFile, 'r');
  const [command, args] = runAs(spec.command, spec.args, spec);
  const child = spawn(command, args, {
    cwd: spec.cwd,
    env: { LANG: 'C.UTF-8', PATH: process.env['PATH'], ...spec.env },
    stdio: [
      input?.fd ?? 'ignore',
      log?.fd ?? 'pipe',
      log?.fd ?? 'pipe',
      ...(spec.hasChannel ? (['ipc'] as const) : []),
    ],
    detached: true,
  });
  if (spec.onOutput !== undefined) {
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', spec.onOutput).on('data', take);
  }
  await log?.close();
  await input?.close();
  return child;
}

const exitOf = (child: ChildProcess): Promise<Exit> =>
  new Promise((resolve) => {
    child.once('error', ({ message }) => {
      resolve({ code: null, signal: null, message });
    });
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });

function stopper(spec: ServerSpec, child: ChildProcess, exited: Promise<Exit>): () => Promise<void> {
  return async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill(spec.stopSignal);
    const force = setTimeout(() => child.kill('SIGKILL'), spec.stopTimeoutMs);
    await exited;
    clearTimeout(force);
    await rm(spec.pidFile, { force: true });
  };
}

async function waitUntilReady(
  spec: ServerSpec,
  server: ServerProcess,
  said: () => Promise<string>,
): Promise<void> {
  const end = { reached: false };
  void server.exited.then(() => (end.reached = true));
  const deadline = Date.now() + spec.readyTimeoutMs;
  let pollMs = FIRST_POLL_MS;
  while (!end.reached && Date.now() < deadline && spec.signal?.aborted !== true) {
    if (await isReady(spec, server)) return;
    await delay(pollMs);
    pollMs = Math.min(pollMs * 1.2, LONGEST_POLL_MS);
  }
  await server.stop();
  if (spec.signal?.aborted === true) throw new StartError(`${spec.name} was stopped while it started.`);
  const what = end.reached ? 'ended at once' : `was not ready after ${String(spec.readyTimeoutMs / 1000)} s`;
  throw new StartError(`${spec.name} ${what}: ${reasonIn(await said())} (${spec.logFile})`);
}

/** A probe that fails means not yet; one that knows that it never will says so with a StartError. */
async function isReady(spec: ServerSpec, server: ServerProcess): Promise<boolean> {
  try {
    return await spec.isReady();
  } catch (error) {
    if (!(error instanceof StartError)) return false;
    await server.stop();
    throw error;
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function rotate(file: string): Promise<void> {
  if ((await sizeOf(file)) > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
}
