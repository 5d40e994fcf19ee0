import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isTracingRequested } from '../../src/config/tracing.js';
import { createProcessLog } from './process-log.js';
import { endLeftover, type Leftover } from './end-leftover.js';
import { startServer, type ServerProcess } from './server-process.js';

const PROBE_TIMEOUT_MS = 2_000;

/** One of the product's own processes. */
export interface NodeProcessOptions {
  readonly name: 'api' | 'worker';
  /** Tells several of a kind apart; names their log. @default the name */
  readonly instance?: string;
  /** Absolute path of the compiled entry. */
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDirectory: string;
  /** Answers 200 once the process does its work. */
  readonly readyUrl: string;
  readonly readyTimeoutMs: number;
  /** Ends the start. */
  readonly signal?: AbortSignal;
  /** Shown to the operator. */
  readonly show: (line: string) => void;
}

/** Longer than the time that a process gives the work at hand. */
const STOP_TIMEOUT_MS = 40_000;

/** The old generation is bounded far above what is needed: a process refuses new work before it gets there. */
const NODE_FLAGS = [
  '--enable-source-maps',
  '--max-old-space-size=512',
  // A heap that is mostly code grows by little before all of it is marked, although what fills it are buffers, which the
  // young generation frees: a large upload had it marked six times a GiB.
  '--heap-growing-percent=60',
];
/**
 * MiB. What lives as long as a transaction should die here, but a larger young generation is memory that stays: with 4 MiB the API
 * saves another tenth of its time for small files, and comes close to 200 MiB.
 */
const YOUNG_GENERATION = { api: 2, worker: 4 } as const;
/**
 * glibc keeps freed memory for each of its arenas, of which threads otherwise have many. It also learns from buffers of
 * 100 KB that such sizes belong among the small ones, between which they leave holes: so the bounds are fixed, above the
 * 64 KiB of a read from a socket.
 */
const MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(72 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(128 * 1024),
};

/**
 * Starts the API or a worker; its log goes to a file, its warnings to the operator.
 *
 * @throws StartError when it ends before it is ready, or is not ready in time
 */
export function startNodeProcess(options: NodeProcessOptions): Promise<ServerProcess> {
  const { name, instance = name, dataDirectory } = options;
  const logFile = path.join(dataDirectory, 'logs', `${instance}.log`);
  const log = createProcessLog(name, logFile, options.show);
  return startServer({
    name: name === 'api' ? 'The API' : 'The worker',
    command: process.execPath,
    args: [`--title=lazaret-${name}`, ...flagsOf(name), ...tracing(options), options.entry],
    cwd: dataDirectory,
    env: { ...MALLOC, ...options.env },
    logFile,
    onOutput: log.write,
    hasChannel: true,
    parentDeathSignal: 'TERM',
    ...toEnd(dataDirectory, instance),
    readyTimeoutMs: options.readyTimeoutMs,
    signal: options.signal,
    isReady: async () => {
      const response = await fetch(options.readyUrl, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      await response.body?.cancel();
      return response.ok;
    },
  });
}

const toEnd = (dataDirectory: string, instance: string): Leftover => ({
  pidFile: path.join(dataDirectory, 'run', `${instance}.pid`),
  stopSignal: 'SIGTERM',
  stopTimeoutMs: STOP_TIMEOUT_MS,
});

/**
 * Ends what a run that was killed has left of the API and the worker: while uploads come to their end there, these keep
 * the ports that the next run wants.
 */
export async function endEarlierProcesses(dataDirectory: string): Promise<void> {
  await Promise.all(['api', 'worker'].map((name) => endLeftover(toEnd(dataDirectory, name))));
}

const flagsOf = (name: NodeProcessOptions['name']): string[] => [
  ...NODE_FLAGS,
  `--max-semi-space-size=${YOUNG_GENERATION[name]}`,
];

/** The hook must be there before the modules that it instruments; without tracing its memory is spared. */
function tracing({ entry, env }: NodeProcessOptions): string[] {
  if (!isTracingRequested(env)) return [];
  const hook = path.resolve(path.dirname(entry), 'tracing.js');
  return ['--import', pathToFileURL(hook).href];
}
