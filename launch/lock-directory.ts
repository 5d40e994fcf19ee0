import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { identityOf, pidOf } from './process-identity.js';
import { StartError } from './start-error.js';

const LOCK_FILE = 'supervisor.pid';

/**
 * Takes a data directory for this process alone.
 *
 * @returns gives it back
 * @throws StartError that names the process that has it
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const file = path.join(directory, LOCK_FILE);
  const claim = await claimName(directory);
  const holder = pidOf(readOr(file, ''));
  if (claim === null || (holder !== null && holder !== process.pid)) {
    claim?.release();
    const process = holder === null ? '' : ` (process ${holder})`;
    throw new StartError(
      `Lazaret is already running on ${directory}${process}: stop it first, or set LAZARET_DATA_DIR and the ports to run another one.`,
    );
  }
  signWith(file);
  return () => {
    rmSync(file, { force: true });
    claim.release();
  };
}

/**
 * A name that the kernel gives to one process of the machine, and takes back however that one ends. A file could not
 * decide it: of two that find one that is left over, the second would remove what the first has just written.
 *
 * @returns null when another process has it
 * @see unix(7), abstract sockets
 */
async function claimName(directory: string): Promise<{ release: () => void } | null> {
  // Not its path: a directory may have several, and containers that share a network each another directory at the same.
  const opened = openSync(directory, 'r');
  // While it is open no other directory gets its number, also where somebody removes it.
  const { dev, ino } = fstatSync(opened, { bigint: true });
  const server = createServer((socket) => socket.destroy()).unref();
  try {
    await once(server.listen(`\0lazaret-${dev}-${ino}`), 'listening');
    return {
      release: () => {
        server.close();
        closeSync(opened);
      },
    };
  } catch (cause) {
    closeSync(opened);
    if (codeOf(cause) === 'EADDRINUSE') return null;
    throw cause;
  }
}

/** For people, and for a start that does not see our name because it has another network. */
function signWith(file: string): void {
  try {
    rmSync(file, { force: true });
    writeFileSync(file, identityOf(process.pid) ?? String(process.pid), { mode: 0o600 });
  } catch (cause) {
    throw new StartError(`${file} cannot be written (${codeOf(cause)}): mend it, or move LAZARET_DATA_DIR.`, {
      cause,
    });
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
