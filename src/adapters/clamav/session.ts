import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { ScannerStatus, ScanSession } from '../../ports/scanner.js';
import type { ClamdAddress } from './address.js';
import { openConnection, type ClamdConnection } from './connection.js';
import { createInstream, type Instream, type InstreamTimeouts } from './instream.js';
import { takeNumbered } from './reply.js';
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
 * Opens an IDSESSION: VERSION, INSTREAM and VERSION again on one connection, so that all three are answered by
 * the same clamd also behind a load balancer. The second VERSION proves two things: that no new definitions
 * were loaded during the scan, and that the one reply was all that clamd had to say.
 */
export async function openSession(
  address: ClamdAddress,
  timeouts: SessionTimeouts,
  signal: AbortSignal | undefined,
  hooks: SessionHooks,
): Promise<ScanSession> {
  const connection = await openConnection(address, timeouts.connectTimeoutMs, signal);
  try {
    const version = await askVersion(connection, 1, 'zIDSESSION\0zVERSION\0', timeouts.connectTimeoutMs);
    const instream = createInstream(connection, 2, timeouts);
    return toSession({
      connection,
      version,
      instream,
      timeouts,
      hooks,
      isGivenUp: () => signal?.aborted ?? false,
    });
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function askVersion(
  connection: ClamdConnection,
  number: number,
  command: string,
  timeoutMs: number,
): Promise<ScannerStatus> {
  await connection.send([Buffer.from(command)], timeoutMs);
  return parseVersion(takeNumbered(await connection.receive(timeoutMs), number));
}

interface SessionParts {
  readonly connection: ClamdConnection;
  readonly version: ScannerStatus;
  readonly instream: Instream;
  readonly timeouts: SessionTimeouts;
  readonly hooks: SessionHooks;
  readonly isGivenUp: () => boolean;
}

function toSession({ connection, version, instream, timeouts, hooks, isGivenUp }: SessionParts): ScanSession {
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
    // clamd closes after a stream that was too long, so nothing more can be asked then.
    if (reply.kind !== 'limit') await confirmVersion(connection, version, timeouts.connectTimeoutMs);
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

async function confirmVersion(
  connection: ClamdConnection,
  before: ScannerStatus,
  timeoutMs: number,
): Promise<void> {
  const after = await askVersion(connection, 3, 'zVERSION\0', timeoutMs);
  if (after.engine === before.engine && after.definitionsVersion === before.definitionsVersion) return;
  throw new TransientError('scanner', 'clamd changed its definitions during the scan');
}
