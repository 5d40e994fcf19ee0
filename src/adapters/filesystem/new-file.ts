import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { ALIGNMENT_BYTES, isAligned, wholeBlocks } from './aligned-memory.js';
import { createDirectHandle } from './direct-handle.js';
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
  const writeCached = async (chunks: readonly Uint8Array[], position: number): Promise<void> => {
    await writeFully(handle, chunks, position);
    early.wrote(bytesOf(chunks));
  };
  return {
    handle,
    write: async (chunks, position) => {
      const { head, blocks } = divide(chunks, position);
      await writeCached(head, position);
      if (blocks.length === 0) return;
      const at = position + bytesOf(head);
      const taken = await direct.use((opened) => opened.writev(blocks, at));
      // What ends within a block is left; and a disk that is nearly full takes less: the other way says why.
      const doneBytes = bytesOf(head) + (taken?.bytesWritten ?? 0);
      await writeCached(skip(chunks, doneBytes), position + doneBytes);
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

interface Divided {
  /** What is before the blocks; everything where there are none. */
  readonly head: readonly Uint8Array[];
  readonly blocks: Uint8Array[];
}

/** Finds the first blocks that are worth a direct write. */
function divide(chunks: readonly Uint8Array[], position: number): Divided {
  let at = position;
  for (const [index, chunk] of chunks.entries()) {
    const behind = at % ALIGNMENT_BYTES;
    const before = behind === 0 ? 0 : ALIGNMENT_BYTES - behind;
    // There may be thousands of chunks that are not: whoever sends single bytes makes one of each.
    if (isAligned(chunk.subarray(before))) {
      const blocks = leadingBlocks([chunk.subarray(before), ...chunks.slice(index + 1)]);
      if (bytesOf(blocks) >= MIN_DIRECT_BYTES) {
        const partial = before > 0 ? [chunk.subarray(0, before)] : [];
        return { head: [...chunks.slice(0, index), ...partial], blocks };
      }
    }
    at += chunk.byteLength;
  }
  return { head: chunks, blocks: [] };
}

/** The first chunks as far as they are aligned and have whole blocks. */
function leadingBlocks(chunks: readonly Uint8Array[]): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (const chunk of chunks) {
    const wholeBytes = isAligned(chunk) ? wholeBlocks(chunk) : 0;
    if (wholeBytes > 0) blocks.push(chunk.subarray(0, wholeBytes));
    if (wholeBytes < chunk.byteLength) break;
  }
  return blocks;
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
