import { open } from 'node:fs/promises';
import { plainText } from '../show/units.js';
import { UsageError } from '../usage-error.js';

/** Receipts and sets of keys are far below. */
const MAX_BYTES = 1024 * 1024;

/**
 * Reads a file of text that is small.
 *
 * @throws UsageError when it cannot be read or is too large
 */
export async function readSmallFile(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES + 1), 0, MAX_BYTES + 1, 0);
    if (bytesRead <= MAX_BYTES) return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new UsageError(`${plainText(path)} is larger than anything that belongs here.`);
}

/** Says which file the system refuses, and with what. */
export function unreadable(path: string, error: unknown): UsageError {
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
  return new UsageError(`${plainText(path)} cannot be read (${code}).`, { cause: error });
}
