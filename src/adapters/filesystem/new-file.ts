import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ALIGNMENT_BYTES, isAligned, wholeBlocks } from './aligned-memory.js';
import { createDirectHandle, type DirectHandle } from './direct-handle.js';
import { createEarlySync } from './early-sync.js';

/** A new file that is written and made durable. Its methods throw errors of the system. */
export interface NewFile {
  /** For everything else that is done with it. */
  readonly handle: FileHandle;
  /**
   * Writes chunks one behind the other; whoever calls may use their memory again once it has resolved. Large ones in
   * aligned memory go past the page cache, where the file system can do that: it then neither looks for memory nor
   * copies into it, which is most of what large files cost.
   */
  readonly write: (chunks: readonly Uint8Array[], position: number) => Promise<void>;
  /** Makes all of it durable. */
  readonly sync: () => Promise<void>;
  /** Closes it once nothing is under way. */
  readonly close: () => Promise<void>;
}

const FILE_MODE = 0o600;
/** Less at a time is faster through the page cache, which waits for no device. */
const MIN_DIRECT_BYTES = 256 * 1024;

/** Makes a file that is not there yet. */
export async function createNewFile(file: string): Promise<NewFile> {
  const handle = await open(file, 'wx+', FILE_MODE);
  const direct = createDirectHandle(handle, constants.O_WRONLY);
  const early = createEarlySync(handle);
  return {
    handle,
    write: async (chunks, position) => {
      const directBytes = await writeDirectly(direct, chunks, position);
      const rest = skip(chunks, directBytes);
      await writeFully(handle, rest, position + directBytes);
      early.wrote(bytesOf(rest));
    },
    sync: early.finish,
    close: async () => {
      await early.settle();
      try {
        await direct.close();
      } finally {
        await handle.close();
      }
    },
  };
}

/** @returns how many of the first bytes are written */
async function writeDirectly(
  direct: DirectHandle,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<number> {
  if (position % ALIGNMENT_BYTES !== 0) return 0;
  const end = chunks.findIndex((chunk) => !isAligned(chunk) || wholeBlocks(chunk) < chunk.byteLength);
  const blocks = end < 0 ? chunks : chunks.slice(0, end);
  if (bytesOf(blocks) < MIN_DIRECT_BYTES) return 0;
  const answer = await direct.use((handle) => handle.writev([...blocks], position));
  // A disk that is nearly full takes less; the other way says why.
  return answer?.bytesWritten ?? 0;
}

/**
 * Writes all of it, although the system may take less at a time, as it does on a disk that is nearly full.
 *
 * @param position - in the file
 */
export async function writeFully(
  handle: FileHandle,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let rest = chunks;
  for (let at = position; rest.length > 0;) {
    const { bytesWritten } = await handle.writev([...rest], at);
    at += bytesWritten;
    rest = skip(rest, bytesWritten);
  }
}

/** Bytes of all of them. */
export const bytesOf = (chunks: readonly Uint8Array[]): number =>
  chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);

/** What follows the first so many bytes. */
function skip(chunks: readonly Uint8Array[], sizeBytes: number): readonly Uint8Array[] {
  let skipped = 0;
  let done = 0;
  for (const chunk of chunks) {
    if (skipped + chunk.byteLength > sizeBytes) break;
    skipped += chunk.byteLength;
    done += 1;
  }
  const [partial, ...others] = chunks.slice(done);
  return partial ? [partial.subarray(sizeBytes - skipped), ...others] : [];
}
