import { chmod, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { TransientError } from '../../domain/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Spool, SpoolFile } from '../../ports/spool.js';
import { DIRECTORY_MODE, listNames } from './directories.js';
import { createRoomCheck } from './room.js';
import { uniqueId } from './scratch.js';
import { guard } from './store-error.js';

/** Where the upload directory is, and how much it takes. */
export interface UploadSpoolOptions {
  /** Absolute path; made with mode 0700. */
  readonly root: string;
  /** All open files together. @default 4 GiB */
  readonly maxBytes?: number;
  /** @default 4096 */
  readonly maxFiles?: number;
  /** Below this the disk takes no new file. @default 0 */
  readonly minFreeBytes?: number;
  readonly clock: Clock;
}

const FILE_MODE = 0o600;
const READ_BYTES = 256 * 1024;
const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;
const DEFAULT_MAX_FILES = 4_096;

interface Usage {
  bytes: number;
  files: number;
}

/**
 * Opens the upload directory and empties it. A file loses its name as soon as it is open, so that the bytes go
 * with the process that holds them, however that ends.
 *
 * @throws TransientError, PermanentError when the directory cannot be used
 */
export async function createUploadSpool(options: UploadSpoolOptions): Promise<Spool> {
  const { root, maxBytes = DEFAULT_MAX_BYTES, maxFiles = DEFAULT_MAX_FILES } = options;
  const requireRoom = createRoomCheck(root, options.minFreeBytes ?? 0, options.clock);
  await guard(async () => {
    await mkdir(root, { recursive: true, mode: DIRECTORY_MODE });
    await chmod(root, DIRECTORY_MODE);
    // A process can only have died between the two calls that make a file and take its name.
    for (const name of await listNames(root)) await rm(path.join(root, name), { force: true });
  });
  const usage: Usage = { bytes: 0, files: 0 };
  return {
    open: async () => {
      if (usage.files >= maxFiles) throw full('files');
      usage.files += 1;
      try {
        await guard(requireRoom);
        return spoolFile(await guard(() => openNameless(root)), usage, maxBytes);
      } catch (error) {
        usage.files -= 1;
        throw error;
      }
    },
  };
}

async function openNameless(root: string): Promise<FileHandle> {
  const file = path.join(root, uniqueId());
  const handle = await open(file, 'wx+', FILE_MODE);
  await rm(file, { force: true });
  return handle;
}

function spoolFile(handle: FileHandle, usage: Usage, maxBytes: number): SpoolFile {
  let sizeBytes = 0;
  let closing: Promise<void> | undefined;
  const clear = (): void => {
    usage.bytes -= sizeBytes;
    sizeBytes = 0;
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    append: async (chunk) => {
      if (usage.bytes + chunk.byteLength > maxBytes) throw full('bytes');
      await guard(() => writeAll(handle, chunk, sizeBytes));
      usage.bytes += chunk.byteLength;
      sizeBytes += chunk.byteLength;
    },
    read: () => Readable.from(readAll(handle, sizeBytes), { objectMode: false, highWaterMark: READ_BYTES }),
    clear,
    close: () =>
      (closing ??= (async () => {
        clear();
        usage.files -= 1;
        await handle.close();
      })()),
  };
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < chunk.byteLength;) {
    const left = chunk.byteLength - written;
    written += (await handle.write(chunk, written, left, position + written)).bytesWritten;
  }
}

async function* readAll(handle: FileHandle, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < sizeBytes;) {
    const length = Math.min(READ_BYTES, sizeBytes - position);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) throw new TransientError('upload-directory', 'A file there has become shorter.');
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

const full = (what: string): TransientError =>
  new TransientError('upload-directory', `The upload directory has no room for more ${what}.`);
