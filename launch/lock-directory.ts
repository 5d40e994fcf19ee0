import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
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
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, LOCK_FILE);
  const holder = pidOf(readOr(file, ''));
  if (holder !== null && holder !== process.pid) {
    throw new StartError(
      `Lazaret is already running on ${directory} (process ${holder}): stop it first, or set LAZARET_DATA_DIR and the ports to run another one.`,
    );
  }
  rmSync(file, { force: true });
  return createLock(file, directory);
}

function createLock(file: string, directory: string): () => void {
  let descriptor: number;
  try {
    // Exclusive: of two that start at the same moment one fails here.
    descriptor = openSync(file, 'wx', 0o600);
  } catch (cause) {
    throw new StartError(
      `Lazaret is just being started on ${directory}, or it cannot be written to (${codeOf(cause)}).`,
      {
        cause,
      },
    );
  }
  writeSync(descriptor, identityOf(process.pid) ?? String(process.pid));
  closeSync(descriptor);
  const { ino } = statSync(file);
  return () => {
    if (statSync(file, { throwIfNoEntry: false })?.ino === ino) rmSync(file, { force: true });
  };
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
