import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../usage-error.js';

/** Most files of one command. */
const MAX_FILES = 100_000;

/**
 * The files that the given paths stand for, in the order given, directories sorted. Links inside
 * directories are not followed.
 *
 * @throws UsageError when a path does not exist, is not a file, is a directory without `--recursive`, or
 *   when there is no file in all of them
 */
export async function findFiles(paths: readonly string[], isRecursive: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const given of paths) {
    const status = await stat(given).catch((error: unknown) => {
      throw explainUnreadable(given, error);
    });
    if (status.isFile()) found.push(given);
    else if (!status.isDirectory()) throw new UsageError(`${given} is neither a file nor a directory.`);
    else if (!isRecursive) {
      throw new UsageError(`${given} is a directory: add --recursive to send what is in it.`);
    } else found.push(...(await filesBelow(given)));
    if (found.length > MAX_FILES) {
      throw new UsageError(`These are more than ${MAX_FILES} files: send them in parts.`);
    }
  }
  if (found.length === 0) throw new UsageError(`There is no file in ${paths.join(', ')}.`);
  return [...new Set(found)];
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      // One of those below it may be the one that is closed to us.
      throw explainUnreadable((error as NodeJS.ErrnoException).path ?? directory, error);
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Says why a path cannot be read. */
export function explainUnreadable(given: string, error: unknown): UsageError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new UsageError(`${given} does not exist.`);
  if (code === 'EACCES') return new UsageError(`${given} may not be read.`);
  return new UsageError(`${given} cannot be read (${code ?? String(error)}).`);
}
