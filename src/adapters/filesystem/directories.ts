import { mkdir, open, readdir, realpath, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { PermanentError, TransientError } from '../../domain/errors.js';
import { DEPENDENCY, unless } from './store-error.js';

/** Only the service's own user may look into the store. */
export const DIRECTORY_MODE = 0o700;

/** Rounds of making a directory that others may prune at the same moment. */
const MAX_ROUNDS = 5;

/**
 * Makes a directory below the root and the missing ones above it, each durable in its parent.
 *
 * @throws PermanentError when a symbolic link leads elsewhere; TransientError when the root is not there
 */
export async function ensureDirectory(root: string, directory: string): Promise<void> {
  await syncDirectories(await makeDirectory(root, directory));
}

/**
 * Like `ensureDirectory`, but leaves it to the caller to make it durable.
 *
 * @returns directories to sync: those that got a new name
 */
export async function makeDirectory(root: string, directory: string): Promise<readonly string[]> {
  if (await isReal(directory)) return [];
  if (directory === root) throw diskIsGone();
  const parent = path.dirname(directory);
  for (let round = 1; ; round += 1) {
    const above = await makeDirectory(root, parent);
    const made = await unless(['EEXIST', ...(round < MAX_ROUNDS ? ['ENOENT'] : [])], async () => {
      await mkdir(directory, { mode: DIRECTORY_MODE });
      return true;
    });
    if (made ?? (await isReal(directory))) return [...above, parent];
  }
}

/** What it means that a directory is missing that nobody ever removes. */
export const diskIsGone = (cause?: unknown): TransientError =>
  new TransientError(DEPENDENCY, 'The disk of the store is not there.', { cause });

/** Makes the names in directories durable, all at once so that the disk can do it in one go. */
export async function syncDirectories(directories: readonly string[]): Promise<void> {
  await Promise.all(directories.map(syncDirectory));
}

/**
 * Whether a directory or file exists, at exactly this path.
 *
 * @throws PermanentError when a symbolic link stands on the way
 */
export async function isReal(place: string): Promise<boolean> {
  const real = await unless(['ENOENT'], () => realpath(place));
  if (real !== undefined && real !== place) {
    throw new PermanentError(DEPENDENCY, 'A symbolic link leads out of the store.');
  }
  return real !== undefined;
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes a directory and those above it as long as they are empty, up to but not including `stop`. */
export async function pruneEmpty(directory: string, stop: string): Promise<void> {
  for (let current = directory; current !== stop; current = path.dirname(current)) {
    const removed = await unless(['ENOTEMPTY', 'EEXIST', 'ENOENT'], async () => {
      await rmdir(current);
      return true;
    });
    if (!removed) return;
  }
}

/** Names in a directory; none when it is absent. */
export async function listNames(directory: string): Promise<readonly string[]> {
  return (await unless(['ENOENT'], () => readdir(directory))) ?? [];
}
