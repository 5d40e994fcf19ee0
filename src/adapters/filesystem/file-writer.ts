import type { FileHandle } from 'node:fs/promises';
import { createEarlySync } from './early-sync.js';

/** Writes one new file from its beginning to its end. Its methods throw errors of the system. */
export interface FileWriter {
  /**
   * Writes what follows. The memory may be used again once it has resolved.
   *
   * @param position - in the file; @default where the last write ended
   */
  readonly write: (chunks: Uint8Array[], position?: number) => Promise<void>;
  /** Makes all of it durable. */
  readonly finish: () => Promise<void>;
  /** Resolves when nothing is under way; then the file can be closed. */
  readonly settle: () => Promise<void>;
}

/** Writes through the page cache, where whoever reads the file soon finds it. */
export function createCachedWriter(handle: FileHandle): FileWriter {
  const sync = createEarlySync(handle);
  return {
    write: async (chunks, position) => {
      await writeFully(handle, chunks, position);
      sync.wrote(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
    },
    finish: sync.finish,
    settle: sync.settle,
  };
}

/**
 * Writes all of it, although the system may take less at a time, as it does on a disk that is nearly full.
 *
 * @param position - in the file; @default where the last write ended
 */
export async function writeFully(handle: FileHandle, chunks: Uint8Array[], position?: number): Promise<void> {
  let rest = chunks;
  let at = position;
  while (rest.length > 0) {
    let { bytesWritten } = await handle.writev(rest, at);
    if (at !== undefined) at += bytesWritten;
    let done = 0;
    while (done < rest.length && bytesWritten >= (rest[done]?.byteLength ?? 0)) {
      bytesWritten -= rest[done]?.byteLength ?? 0;
      done += 1;
    }
    const [partial, ...others] = rest.slice(done);
    rest = partial ? [partial.subarray(bytesWritten), ...others] : [];
  }
}
