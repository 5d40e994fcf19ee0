import type { FileHandle } from 'node:fs/promises';

/** Makes a file durable while it is still being written, so that little is left to wait for at its end. */
export interface EarlySync {
  /** Is told of bytes that the system has taken. */
  readonly wrote: (bytes: number) => void;
  /** Makes the rest durable. Throws why any of it is not. */
  readonly finish: () => Promise<void>;
  /** Resolves when nothing is under way. */
  readonly settle: () => Promise<void>;
}

/** Bytes that are worth a call: a disk that is told of many at once stands still before and holds everybody up after. */
const SYNC_BYTES = 8 * 1024 * 1024;

/** Begins with a file that has nothing unwritten. */
export function createEarlySync(handle: Pick<FileHandle, 'datasync'>): EarlySync {
  let unsyncedBytes = 0;
  let running: Promise<void> | undefined;
  // The system tells of lost bytes once: a later call would know nothing of them.
  let failure: { readonly error: unknown } | undefined;
  const sync = async (): Promise<void> => {
    try {
      await handle.datasync();
    } catch (error) {
      failure = { error };
    } finally {
      running = undefined;
    }
  };
  const settle = async (): Promise<void> => {
    await running;
  };
  return {
    wrote: (bytes) => {
      unsyncedBytes += bytes;
      if (unsyncedBytes < SYNC_BYTES || running || failure) return;
      unsyncedBytes = 0;
      running = sync();
    },
    finish: async () => {
      await settle();
      if (!failure) await sync();
      if (failure) throw failure.error;
    },
    settle,
  };
}
