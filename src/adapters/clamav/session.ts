import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { ScannerStatus, ScanSession } from '../../ports/scanner.js';
import { describeAddress, type ClamdAddress } from './address.js';
import { openConnection, type ClamdConnection } from './connection.js';
import { createInstream, type Instream, type InstreamTimeouts } from './instream.js';
import { parseVersion } from './version.js';

/** How a session ended: by a reply, by a failure of clamd, or because it was given up. */
export type SessionEnd =
  | { readonly kind: 'replied'; readonly reply: ScanReply }
  | { readonly kind: 'failed'; readonly error: TransientError }
  | { readonly kind: 'given-up' };

/** What is told of a session. */
export interface SessionHooks {
  /** clamd has taken so many bytes. */
  readonly onBytes: (bytes: number) => void;
  /** Called exactly once. */
  readonly onEnd: (end: SessionEnd) => void;
}

/** How long to be patient, in milliseconds. */
export type SessionTimeouts = InstreamTimeouts & { readonly connectTimeoutMs: number };

/** Asks one clamd for its versions, on a connection of its own. */
export const askStatus = async (
  address: ClamdAddress,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ScannerStatus> => parseVersion(await askOnce(address, 'VERSION', timeoutMs, signal));

/**
 * Asks one clamd whether it is there.
 *
 * @throws TransientError when it is not, or says anything but PONG
 */
export async function ping(address: ClamdAddress, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  if ((await askOnce(address, 'PING', timeoutMs, signal)) === 'PONG') return;
  throw new TransientError('scanner', `${describeAddress(address)} does not answer PING`);
}

async function askOnce(
  address: ClamdAddress,
  command: 'PING' | 'VERSION',
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const connection = await openConnection(address, timeoutMs, signal);
  try {
    await connection.send([Buffer.from(`z${command}\0`)], timeoutMs);
    return await connection.receive(timeoutMs);
  } finally {
    connection.close();
  }
}

/**
 * Opens a stream. VERSION is asked before and, by `finish`, after it: when both answers are the same, the
 * definitions that they name are those of the scan. Each command has a connection of its own, since clamd's
 * sessions answer in two packets and cost 40 ms a command over TCP; so an address must be one clamd and not
 * a balancer before several.
 */
export async function openSession(
  address: ClamdAddress,
  timeouts: SessionTimeouts,
  signal: AbortSignal | undefined,
  hooks: SessionHooks,
): Promise<ScanSession> {
  const askVersion = (): Promise<ScannerStatus> => askStatus(address, timeouts.connectTimeoutMs, signal);
  const version = await askVersion();
  const connection = await openConnection(address, timeouts.connectTimeoutMs, signal);
  const instream = createInstream(connection, timeouts);
  const isGivenUp = (): boolean => signal?.aborted ?? false;
  return toSession({ connection, version, askVersion, instream, hooks, isGivenUp });
}

interface SessionParts {
  readonly connection: ClamdConnection;
  readonly version: ScannerStatus;
  readonly instream: Instream;
  readonly askVersion: () => Promise<ScannerStatus>;
  readonly hooks: SessionHooks;
  readonly isGivenUp: () => boolean;
}

function toSession(parts: SessionParts): ScanSession {
  const { connection, version, askVersion, instream, hooks, isGivenUp } = parts;
  let hasEnded = false;
  const end = (how: SessionEnd): void => {
    connection.close();
    if (hasEnded) return;
    hasEnded = true;
    hooks.onEnd(how);
  };
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      // A connection that we closed says nothing about the clamd at its other end.
      end(error instanceof TransientError && !isGivenUp() ? { kind: 'failed', error } : { kind: 'given-up' });
      throw error;
    }
  };
  const write = async (chunk: Uint8Array): Promise<void> => {
    await instream.write(chunk);
    hooks.onBytes(chunk.length);
  };
  const finish = async (): Promise<ScanReply> => {
    const reply = await instream.finish();
    // New definitions are no failure of clamd, but this reply belongs neither to the old ones nor to the new.
    if (!isSame(version, await askVersion())) {
      end({ kind: 'given-up' });
      throw new TransientError('scanner', 'clamd changed its definitions during the scan');
    }
    end({ kind: 'replied', reply });
    return reply;
  };
  return {
    engine: version.engine,
    definitionsVersion: version.definitionsVersion,
    write: (chunk) => guard(write(chunk)),
    finish: () => guard(finish()),
    abort: () => end({ kind: 'given-up' }),
  };
}

const isSame = (before: ScannerStatus, after: ScannerStatus): boolean =>
  after.engine === before.engine && after.definitionsVersion === before.definitionsVersion;
