import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { ScannerStatus, ScanSession } from '../../ports/scanner.js';
import type { ClamdAddress } from './address.js';
import { openConnection, type ClamdConnection } from './connection.js';
import { createInstream, type Instream, type InstreamTimeouts } from './instream.js';
import { parseVersion } from './version.js';

/** What became of a session; called at most once each. */
export interface SessionHooks {
  readonly onFailure: (error: TransientError) => void;
  readonly onReply: (reply: ScanReply) => void;
}

/** How long to be patient, in milliseconds. */
export type SessionTimeouts = InstreamTimeouts & { readonly connectTimeoutMs: number };

/** Asks one clamd for its versions, on a connection of its own. */
export async function askStatus(
  address: ClamdAddress,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ScannerStatus> {
  const connection = await openConnection(address, timeoutMs, signal);
  try {
    await connection.send([Buffer.from('zVERSION\0')], timeoutMs);
    return parseVersion(await connection.receive(timeoutMs));
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

function toSession({
  connection,
  version,
  askVersion,
  instream,
  hooks,
  isGivenUp,
}: SessionParts): ScanSession {
  let isAborted = false;
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      connection.close();
      // A connection that we closed says nothing about the clamd at its other end.
      if (error instanceof TransientError && !isAborted && !isGivenUp()) hooks.onFailure(error);
      throw error;
    }
  };
  const finish = async (): Promise<ScanReply> => {
    const reply = await instream.finish();
    confirmVersion(version, await askVersion());
    connection.close();
    hooks.onReply(reply);
    return reply;
  };
  return {
    engine: version.engine,
    definitionsVersion: version.definitionsVersion,
    write: (chunk) => guard(instream.write(chunk)),
    finish: () => guard(finish()),
    abort() {
      isAborted = true;
      connection.close();
    },
  };
}

function confirmVersion(before: ScannerStatus, after: ScannerStatus): void {
  if (after.engine === before.engine && after.definitionsVersion === before.definitionsVersion) return;
  throw new TransientError('scanner', 'clamd changed its definitions during the scan');
}
