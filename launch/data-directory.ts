import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import {
  access,
  chmod,
  constants,
  mkdir,
  readdir,
  stat,
  statfs,
  writeFile,
  readFile,
} from 'node:fs/promises';
import path from 'node:path';
import { identityOf, pidOf } from './process-identity.js';
import { StartError } from './start-error.js';

const MIB = 1024 * 1024;
const NEEDED_BYTES = 512 * MIB;
const FORMAT = 'lazaret data 1\n';
const FORMAT_FILE = 'format';
const LOCK_FILE = 'supervisor.pid';

/** The data directory, ours alone until `release`. */
export interface DataDirectory {
  readonly path: string;
  /** Lets another supervisor use it. */
  readonly release: () => void;
}

/**
 * Makes the data directory when there is none, checks that it is one of ours and usable, and takes it.
 *
 * @throws StartError that says what is wrong with it, or who has it
 */
export async function takeDataDirectory(directory: string): Promise<DataDirectory> {
  await make(directory);
  await requireOurs(directory);
  await requireSpace(directory);
  const release = lock(directory);
  for (const name of ['keys', 'logs', 'run', 'run/compile-cache']) {
    await mkdir(path.join(directory, name), { recursive: true, mode: 0o700 });
    await chmod(path.join(directory, name), 0o700);
  }
  return { path: directory, release };
}

async function make(directory: string): Promise<void> {
  try {
    await makeDirectories(directory);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartError(
      `The data directory ${directory} cannot be used (${codeOf(cause)}): give it to this user, or set LAZARET_DATA_DIR to another place.`,
      { cause },
    );
  }
}

/** One after the other: Node's own way never ends where the system refuses a directory as not found. */
async function makeDirectories(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  if (existsSync(directory) || parent === directory) return;
  await makeDirectories(parent);
  await mkdir(directory, { mode: 0o700 });
}

/** A directory of somebody else is left as it is. */
async function requireOurs(directory: string): Promise<void> {
  const owner = (await stat(directory)).uid;
  if (process.getuid !== undefined && owner !== process.getuid()) {
    throw new StartError(
      `The data directory ${directory} belongs to another user (uid ${owner}): start as that user, or set LAZARET_DATA_DIR to another place.`,
    );
  }
  const format = await readFile(path.join(directory, FORMAT_FILE), 'utf8').catch(() => null);
  if (format === null) await claim(directory);
  else if (format !== FORMAT) {
    throw new StartError(
      `The data directory ${directory} is of another version (${format.trim()}): set LAZARET_DATA_DIR to another place.`,
    );
  }
  await chmod(directory, 0o700);
}

async function claim(directory: string): Promise<void> {
  const found = await readdir(directory);
  if (found.length > 0) {
    throw new StartError(
      `The data directory ${directory} holds something else (${String(found[0])}): empty it, or set LAZARET_DATA_DIR to another place.`,
    );
  }
  await write(path.join(directory, FORMAT_FILE));
}

async function write(file: string): Promise<void> {
  try {
    await writeFile(file, FORMAT, { mode: 0o600 });
  } catch (cause) {
    throw new StartError(
      `${file} cannot be written (${codeOf(cause)}): free some space, or move LAZARET_DATA_DIR.`,
      {
        cause,
      },
    );
  }
}

async function requireSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize >= NEEDED_BYTES) return;
  throw new StartError(
    `Only ${Math.floor((bavail * bsize) / MIB)} MiB are free for ${directory}, ${NEEDED_BYTES / MIB} MiB are needed: free some space, or set LAZARET_DATA_DIR to another disk.`,
  );
}

function lock(directory: string): () => void {
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
