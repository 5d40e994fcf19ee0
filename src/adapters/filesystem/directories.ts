import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { PermanentError, TransientError } from '../../domain/errors.js';
import { DEPENDENCY, succeeds, unless } from './store-error.js';
import { systemCalls } from './system-calls.js';

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
 * Like `ensureDirectory`, but leaves it to the caller to make it durable. The directory is tried to be made before anybody
 * looks for it, since most of them belong to one file and are new.
 *
 * @param newLevels - how many directories, counted from below, are likely to be missing
 * @returns directories to sync: those that got a new name
 */
export async function makeDirectory(
  root: string,
  directory: string,
  newLevels = 1,
): Promise<readonly string[]> {
  if (directory === root) {
    if (await isReal(root)) return [];
    throw diskIsGone();
  }
  const parent = path.dirname(directory);
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const isParentThere = newLevels === 1 && (await isReal(parent));
    const above = isParentThere ? [] : await makeDirectory(root, parent, Math.max(1, newLevels - 1));
    const made = await unless(['EEXIST', 'ENOENT'], async () => {
      await mkdir(directory, { mode: DIRECTORY_MODE });
      return true;
    });
    if (made ?? (await isReal(directory))) return [...above, parent];
  }
  throw new TransientError(DEPENDENCY, 'A directory of the store is removed as often as it is made.');
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
  const real = await unless(['ENOENT'], () => systemCalls.realpath(place));
  if (real !== undefined && real !== place) {
    throw new PermanentError(DEPENDENCY, 'A symbolic link leads out of the store.');
  }
  return real !== undefined;
}

/** Makes the names in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  const descriptor = await systemCalls.open(directory, 'r');
  try {
    await systemCalls.fsync(descriptor);
  } finally {
    await systemCalls.close(descriptor);
  }
}

/**
 * Removes a directory and those above it as long as they are empty, up to but not including `stop`.
 *
 * @returns whether the directory itself was there and is gone
 */
export async function pruneEmpty(directory: string, stop: string): Promise<boolean> {
  let current = directory;
  while (current !== stop && (await removeEmpty(current))) current = path.dirname(current);
  return current !== directory;
}

const removeEmpty = (directory: string): Promise<boolean> =>
  succeeds(['ENOTEMPTY', 'EEXIST', 'ENOENT'], () => systemCalls.rmdir(directory));

/** Removes a file. @returns whether it was there */
export const removeFile = (file: string): Promise<boolean> =>
  succeeds(['ENOENT'], () => systemCalls.unlink(file));

/** Names in a directory; none when it is absent. */
export async function listNames(directory: string): Promise<readonly string[]> {
  return (await unless(['ENOENT'], () => readdir(directory))) ?? [];
}
