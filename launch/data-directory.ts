import { existsSync } from 'node:fs';
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
import { lockDirectory } from './lock-directory.js';
import { StartError } from './start-error.js';

const MIB = 1024 * 1024;
/** For the programs' first files, and something to work with. */
const NEEDED_BYTES = 512 * MIB;
/** What Postgres and Redis need to go on, so that files can be deleted on a disk that is full. */
const LEAST_BYTES = 64 * MIB;
const FORMAT = 'lazaret data 1\n';
const FORMAT_FILE = 'format';
const OWN_DIRECTORIES = ['keys', 'logs', 'run', 'run/compile-cache'];
/** Made by the services; each is looked at before one of them fails on it. */
const THEIR_DIRECTORIES = ['postgres', 'redis', 'clamav', 'objects', 'spool'];

/** The data directory, ours alone until `release`. */
export interface DataDirectory {
  readonly path: string;
  /** Lets another supervisor use it. */
  readonly release: () => void;
}

/**
 * Makes the data directory when there is none, checks that it is one of ours and usable, and takes it.
 *
 * @param report - told of what does not stop the start
 * @throws StartError that says what is wrong with it, or who has it
 */
export async function takeDataDirectory(
  directory: string,
  report: (line: string) => void,
): Promise<DataDirectory> {
  await make(directory);
  const isNew = await requireOurs(directory);
  await requireSpace(directory, isNew, report);
  for (const name of [...OWN_DIRECTORIES, ...THEIR_DIRECTORIES]) await requireNoFile(directory, name);
  const release = await lockDirectory(directory);
  for (const name of OWN_DIRECTORIES) {
    await mkdir(path.join(directory, name), { recursive: true, mode: 0o700 });
    await chmod(path.join(directory, name), 0o700);
  }
  return { path: directory, release };
}

async function requireNoFile(directory: string, name: string): Promise<void> {
  const found = await stat(path.join(directory, name)).catch(() => null);
  if (found === null || found.isDirectory()) return;
  throw new StartError(
    `${path.join(directory, name)} must be a directory, and is a file: move it away, and bring the directory back if there was one.`,
  );
}

async function make(directory: string): Promise<void> {
  try {
    await makeDirectories(directory);
    if (!(await stat(directory)).isDirectory()) {
      throw new StartError(
        `The data directory ${directory} is a file: set LAZARET_DATA_DIR to a directory, or to a place where one can be made.`,
      );
    }
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    if (cause instanceof StartError) throw cause;
    const code = codeOf(cause);
    throw new StartError(
      `The data directory ${directory} cannot be used (${code}): ${REMEDIES[code] ?? REMEDIES['EACCES'] ?? ''}, or set LAZARET_DATA_DIR to another place.`,
      { cause },
    );
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'give it to this user',
  EROFS: 'mount its file system for writing',
  ENOTDIR: 'a part of its path is a file',
  ENOSPC: 'free some space',
};

/** One after the other: Node's own way never ends where the system refuses a directory as not found. */
async function makeDirectories(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  if (existsSync(directory) || parent === directory) return;
  await makeDirectories(parent);
  await mkdir(directory, { mode: 0o700 });
}

/**
 * A directory of somebody else is left as it is.
 *
 * @returns whether nothing was in it before
 */
async function requireOurs(directory: string): Promise<boolean> {
  const owner = (await stat(directory)).uid;
  if (process.getuid !== undefined && owner !== process.getuid()) {
    throw new StartError(
      `The data directory ${directory} belongs to another user (uid ${owner}): start as that user, or set LAZARET_DATA_DIR to another place.`,
    );
  }
  const format = await readFile(path.join(directory, FORMAT_FILE), 'utf8').catch(() => null);
  const isUnmarked = format === null || format.trim() === '';
  if (isUnmarked) await claim(directory);
  else if (format !== FORMAT) {
    throw new StartError(
      `The data directory ${directory} is of another version (${format.trim()}): start that version, or set LAZARET_DATA_DIR to another place.`,
    );
  }
  await chmod(directory, 0o700);
  return isUnmarked;
}

async function claim(directory: string): Promise<void> {
  const found = (await readdir(directory)).filter((name) => name !== FORMAT_FILE);
  const ours = found.find((name) => [...OWN_DIRECTORIES, ...THEIR_DIRECTORIES].includes(name));
  if (ours !== undefined) {
    throw new StartError(
      `The data directory ${directory} has data (${ours}) but has lost the file that tells its version: put the line "${FORMAT.trim()}" into ${path.join(directory, FORMAT_FILE)} if this version wrote it; delete nothing.`,
    );
  }
  if (found.length > 0) {
    throw new StartError(
      `The data directory ${directory} holds something else (${String(found[0])}): set LAZARET_DATA_DIR to a new or an empty directory.`,
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

/** What runs already must start on a full disk too: deleting files is how it gets room again. */
async function requireSpace(
  directory: string,
  isNew: boolean,
  report: (line: string) => void,
): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  const neededBytes = isNew ? NEEDED_BYTES : LEAST_BYTES;
  const free = `Only ${Math.floor(freeBytes / MIB)} MiB are free for ${directory}`;
  if (freeBytes < neededBytes) {
    throw new StartError(
      `${free}, ${neededBytes / MIB} MiB are needed: free some space, or set LAZARET_DATA_DIR to another disk.`,
    );
  }
  if (freeBytes < NEEDED_BYTES) {
    report(`${free}: uploads are refused while less than LAZARET_MIN_FREE_MIB is left.`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
