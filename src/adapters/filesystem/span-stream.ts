import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { PermanentError } from '../../domain/errors.js';
import type { ByteRange } from '../../ports/object-store.js';
import { createSource, type Source } from './source.js';
import { DEPENDENCY, toStoreError } from './store-error.js';

/** A stretch of one file; spans one after the other make a body. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** How a body is read. */
export interface Reading {
  /** How an open file is read. */
  readonly sourceOf: (handle: FileHandle) => Source;
  /** Memory for the next read of so many bytes; it may be larger. */
  readonly allocate: (sizeBytes: number) => Buffer;
  /** Most bytes of one read from the disk. */
  readonly chunkBytes: number;
  /** Bytes that are read before they are asked for, so that the disk and the reader do not wait for each other. */
  readonly aheadBytes: number;
}

/** Bytes of one read from disk. */
const READ_BYTES = 256 * 1024;
/** For readers who keep what they get. */
export const GIVEN: Reading = {
  sourceOf: createSource,
  allocate: (sizeBytes) => Buffer.allocUnsafe(sizeBytes),
  chunkBytes: READ_BYTES,
  aheadBytes: 4 * READ_BYTES,
};

/** Opens a file of the store for reading; a symbolic link in its place is refused. */
export const openFile = (file: string): Promise<FileHandle> =>
  open(file, constants.O_RDONLY | constants.O_NOFOLLOW);

/**
 * Streams spans in order. A file that has become shorter is an error of the stream, never a quiet end.
 *
 * @param first - the file of the first span where it is open already; the stream closes it
 */
export function createSpanStream(spans: readonly Span[], reading: Reading, first?: Source): Readable {
  let source = first;
  let index = 0;
  let offset = 0;

  const next = async (): Promise<Uint8Array | null> => {
    for (; index < spans.length; index += 1, offset = 0) {
      const span = spans[index];
      if (span && offset < span.sizeBytes) {
        source ??= reading.sourceOf(await openFile(span.file));
        const chunk = await readChunk(source, span, offset, reading);
        offset += chunk.byteLength;
        return chunk;
      }
      await source?.close();
      source = undefined;
    }
    return null;
  };

  let pending: Promise<unknown> = Promise.resolve();
  return new Readable({
    highWaterMark: reading.aheadBytes,
    read() {
      pending = next().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(toStoreError(error)),
      );
    },
    destroy(error, done) {
      // A file that is just being opened can be closed only afterwards.
      const closed = pending.then(() => source?.close());
      const end = (): void => {
        done(error);
      };
      closed.then(end, end);
    },
  });
}

async function readChunk(
  source: Source,
  span: Span,
  offset: number,
  { allocate, chunkBytes }: Reading,
): Promise<Uint8Array> {
  const wantedBytes = Math.min(chunkBytes, span.sizeBytes - offset);
  const buffer = allocate(wantedBytes);
  const readBytes = await source.read(buffer, span.start + offset);
  if (readBytes === 0) throw new PermanentError(DEPENDENCY, 'A stored file is shorter than it was written.');
  return buffer.subarray(0, Math.min(readBytes, wantedBytes));
}

/** The part of some spans that a range covers. */
export function cutSpans(spans: readonly Span[], range: ByteRange | undefined): readonly Span[] {
  if (range === undefined) return spans;
  let position = 0;
  return spans.flatMap((span) => {
    const from = Math.max(range.start - position, 0);
    const to = Math.min(range.end + 1 - position, span.sizeBytes);
    position += span.sizeBytes;
    return from < to ? [{ file: span.file, start: span.start + from, sizeBytes: to - from }] : [];
  });
}
