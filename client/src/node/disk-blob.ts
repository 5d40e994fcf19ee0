import { open, type FileHandle } from 'node:fs/promises';
import { ReadableStream as WebStream } from 'node:stream/web';

/** Read at a time. */
const CHUNK_BYTES = 256 * 1024;

/** A file on disk as it was when it was opened. */
export interface FileOnDisk {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ino: number;
}

/**
 * The bytes of a file on disk, or a slice of them, read when they are asked for; reading fails with a `NotReadableError`
 * when the file is gone, or is not what it was. Node's own `openAsBlob` tells sizes from 4 GiB on modulo 4 GiB, and its
 * slices beyond 2 GiB are empty.
 *
 * @see https://github.com/nodejs/node/issues/52585
 */
export function diskBlob(file: FileOnDisk, from = 0, to = file.sizeBytes): Blob {
  const size = to - from;
  // Negative places count from the end, and those outside are moved to the nearest one within.
  const place = (given: number): number =>
    from + Math.min(Math.max(given < 0 ? size + given : given, 0), size);
  const stream = (): ReturnType<Blob['stream']> => WebStream.from(read(file, from, to)) as never;
  const bytes: Pick<Blob, 'size' | 'slice' | 'stream' | 'arrayBuffer' | 'text'> = {
    size,
    slice: (start = 0, end = size) => diskBlob(file, place(start), Math.max(place(start), place(end))),
    stream,
    arrayBuffer: () => new Response(stream()).arrayBuffer(),
    text: () => new Response(stream()).text(),
  };
  // Compilers know of more, from one to the next, which nobody asks for here.
  return bytes as Blob;
}

async function* read(file: FileOnDisk, from: number, to: number): AsyncGenerator<Uint8Array> {
  const handle = await open(file.path).catch((cause: unknown) => {
    throw notReadable('The file cannot be opened.', cause);
  });
  try {
    await requireSame(handle, file);
    for (let at = from; at < to;) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, to - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw notReadable('The file has become shorter.');
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

async function requireSame(handle: FileHandle, file: FileOnDisk): Promise<void> {
  const { size, mtimeMs, ino } = await handle.stat();
  if (size === file.sizeBytes && mtimeMs === file.mtimeMs && ino === file.ino) return;
  throw notReadable('The file has changed.');
}

/** What reading a `Blob` of a page fails with. */
const notReadable = (message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { name: 'NotReadableError' });
