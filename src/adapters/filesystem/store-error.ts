import { PermanentError, TransientError } from '../../domain/errors.js';

/** Name of the dependency in errors. */
export const DEPENDENCY = 'object-store';

/** What passes by itself or by an operator's hand: no space, no descriptors, a failing or absent disk. */
const TRANSIENT_CODES = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EAGAIN',
  'EBUSY',
  'ESTALE',
  'ETIMEDOUT',
]);

/** Turns a failure of the file system into the port's two kinds of error; those kinds pass unchanged. */
export function toStoreError(error: unknown): TransientError | PermanentError {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  const code = errnoOf(error);
  const message = `The file system failed: ${code ?? String(error)}`;
  return code !== undefined && TRANSIENT_CODES.has(code)
    ? new TransientError(DEPENDENCY, message, { cause: error })
    : new PermanentError(DEPENDENCY, message, { cause: error });
}

/** Runs work on the file system; what it throws is one of the port's two kinds of error. */
export async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStoreError(error);
  }
}

/** The code of a system error, e.g. `ENOENT`; `undefined` for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Runs work; answers `undefined` where it fails with one of the codes. */
export async function unless<T>(codes: readonly string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const code = errnoOf(error);
    if (code !== undefined && codes.includes(code)) return undefined;
    throw error;
  }
}

/** Runs work; answers false where it fails with one of the codes. */
export const succeeds = async (codes: readonly string[], work: () => Promise<unknown>): Promise<boolean> =>
  (await unless(codes, async () => {
    await work();
    return true;
  })) ?? false;
