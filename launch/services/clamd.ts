import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect, type NetConnectOpts } from 'node:net';
import path from 'node:path';
import { freePort } from '../free-port.js';
import { StartError } from '../start-error.js';
import { closeToOthers, findCommand, giveTo } from './run-as.js';
import { startServer, type ServerProcess } from './server-process.js';
import { isSocketPath } from './unix-socket.js';

const PROBE_TIMEOUT_MS = 5_000;

/** Where and how to run clamd. */
export interface ClamdOptions {
  /** Directory of ours; holds the configuration, the socket and what is being scanned. */
  readonly directory: string;
  /** Directory of the definitions, relative to `directory` or absolute. @default "db" */
  readonly definitions?: string;
  /** Ends the start. */
  readonly signal?: AbortSignal;
  /** @default assigned by the system */
  readonly port?: number;
  /** Lines of clamd.conf that come before ours: of two values clamd takes the first. */
  readonly settings?: readonly string[];
}

/** A running clamd. */
export interface ClamdServer extends ServerProcess {
  /** `tcp://127.0.0.1:port` */
  readonly tcp: string;
  /** `unix:///path`; listened on where the path is not too long. */
  readonly unix: string;
  readonly port: number;
}

/**
 * Starts clamd on 127.0.0.1 and on a unix socket, with every limit at its ceiling and with an alert for
 * whatever it could not look into.
 *
 * @throws StartError
 */
export async function startClamd(options: ClamdOptions): Promise<ClamdServer> {
  const command = findCommand('clamd');
  if (command === null) throw new StartError('clamd is not installed: apt-get install clamav-daemon.');
  const { directory } = options;
  const port = await freePort(options.port);
  await prepare(options, port);
  const server = await startServer({
    name: 'clamd',
    command,
    args: ['--config-file=clamd.conf'],
    cwd: directory,
    logFile: path.join(directory, 'clamd.log'),
    pidFile: path.join(directory, 'server.pid'),
    ownedDirectory: directory,
    parentDeathSignal: 'TERM',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
    // The public definitions take a slow machine half a minute to load.
    readyTimeoutMs: 180_000,
    signal: options.signal,
    isReady: () => answers({ host: '127.0.0.1', port }),
  });
  return { ...server, tcp: `tcp://127.0.0.1:${String(port)}`, unix: `unix://${socketOf(directory)}`, port };
}

async function prepare(options: ClamdOptions, port: number): Promise<void> {
  const { directory, definitions = 'db' } = options;
  // What an earlier run was scanning when it was killed is of no use to anybody.
  await rm(path.join(directory, 'tmp'), { recursive: true, force: true });
  await mkdir(path.join(directory, 'tmp'), { recursive: true, mode: 0o700 });
  await giveTo(directory, ['clamav', 'nobody']);
  await writeFile(path.join(directory, 'clamd.conf'), configuration(options, port), { mode: 0o600 });
  const own = path.isAbsolute(definitions) ? [] : [definitions];
  await closeToOthers(directory, ['.', 'tmp', 'clamd.conf', ...own]);
}

const socketOf = (directory: string): string => path.join(directory, 'clamd.sock');

/** All paths are relative: clamd runs without root below a directory that is closed to others. */
function configuration(options: ClamdOptions, port: number): string {
  const hasSocket = isSocketPath(socketOf(options.directory));
  const lines = [
    ...(options.settings ?? []),
    'Foreground yes',
    `DatabaseDirectory ${options.definitions ?? 'db'}`,
    'TemporaryDirectory tmp',
    'TCPAddr 127.0.0.1',
    `TCPSocket ${String(port)}`,
    ...(hasSocket ? ['LocalSocket clamd.sock', 'LocalSocketMode 600', 'FixStaleSocket yes'] : []),
    // Beyond a limit clamd would say OK: the limits are at their ceiling, and what exceeds them is reported.
    'StreamMaxLength 2047M',
    'MaxFileSize 2047M',
    // Not above MaxFileSize: what is larger within an archive would be cut off and called OK.
    'MaxScanSize 2047M',
    'MaxScanTime 600000',
    'AlertExceedsMax yes',
    'AlertEncrypted yes',
    'AlertEncryptedArchive yes',
    'AlertEncryptedDoc yes',
    'MaxThreads 12',
    'MaxQueue 200',
    'CommandReadTimeout 30',
    'ReadTimeout 120',
    'LogTime yes',
    'LogVerbose no',
    'SelfCheck 600',
  ];
  return `${lines.join('\n')}\n`;
}

function answers(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    let reply = '';
    const socket = connect(address);
    socket.setTimeout(PROBE_TIMEOUT_MS, () => socket.destroy());
    socket.once('error', () => undefined);
    socket.once('connect', () => socket.write('zPING\0'));
    socket.on('data', (chunk) => {
      reply += chunk.toString('latin1');
    });
    socket.once('close', () => {
      resolve(reply.startsWith('PONG'));
    });
  });
}
