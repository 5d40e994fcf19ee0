import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ALIGNMENT_BYTES, isAligned } from './aligned-memory.js';
import { createDirectHandle } from './direct-handle.js';

/** What a file is read by. */
export interface Source {
  /** @returns how many bytes were read into the buffer */
  readonly read: (buffer: Buffer, position: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

/** @param handle - closed by the source */
export const createSource = (handle: FileHandle): Source => ({
  read: async (buffer, position) => (await handle.read(buffer, 0, buffer.byteLength, position)).bytesRead,
  close: () => handle.close(),
});

/** Reads past the page cache what is aligned, where the file system can do that, and the rest through it. */
export function createDirectSource(handle: FileHandle): Source {
  const direct = createDirectHandle(handle, constants.O_RDONLY);
  const cached = createSource(handle);
  return {
    read: async (buffer, position) => {
      const answer =
        position % ALIGNMENT_BYTES === 0 && isAligned(buffer)
          ? await direct.use((opened) => opened.read(buffer, 0, buffer.byteLength, position))
          : undefined;
      return answer?.bytesRead ?? cached.read(buffer, position);
    },
    close: async () => {
      try {
        await direct.close();
      } finally {
        await cached.close();
      }
    },
  };
}
