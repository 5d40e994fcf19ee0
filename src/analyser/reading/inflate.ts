import { createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import type { Reader } from './reader.js';

/** How bytes were compressed. */
export type Compression = 'deflate-raw' | 'deflate' | 'gzip' | 'zstd';

/** Compressed bytes that cannot be made out. */
export class CorruptError extends Error {
  override readonly name = 'CorruptError';
}

const OUTPUT_BYTES = 64 * 1024;
const INPUT_BYTES = 16 * 1024;
const MAKERS: Readonly<Record<Compression, () => Transform & { readonly bytesWritten: number }>> = {
  'deflate-raw': () => createInflateRaw({ chunkSize: OUTPUT_BYTES }),
  deflate: () => createInflate({ chunkSize: OUTPUT_BYTES }),
  gzip: () => createGunzip({ chunkSize: OUTPUT_BYTES }),
  zstd: () => createZstdDecompress({ chunkSize: OUTPUT_BYTES }),
};

/**
 * Expands what a reader has next, a little at a time and only when the last was taken. Afterwards the reader
 * stands right behind the compressed bytes, wherever their format says that they end.
 *
 * @throws CorruptError
 */
export async function* inflate(reader: Reader, compression: Compression): AsyncGenerator<Buffer, undefined> {
  const engine = MAKERS[compression]();
  let given = 0;
  let last: Buffer = Buffer.alloc(0);
  let isOver = false;
  const feed = async (): Promise<void> => {
    for (let takesMore = true; takesMore && !isOver;) {
      const piece = await reader.next(INPUT_BYTES);
      if (!piece) {
        engine.end();
        return;
      }
      last = piece;
      given += piece.length;
      takesMore = await written(engine, piece);
    }
  };
  const failed = (cause: unknown): void => {
    engine.destroy(cause instanceof Error ? cause : new Error('It cannot be read', { cause }));
  };
  const feeding = feed().catch(failed);
  try {
    for await (const chunk of engine) yield chunk as Buffer;
  } catch (cause) {
    throw isOfEngine(cause) ? new CorruptError('The compressed bytes are wrong', { cause }) : cause;
  } finally {
    isOver = true;
    const surplus = given - engine.bytesWritten;
    engine.destroy();
    await feeding;
    if (surplus > 0 && surplus <= last.length) reader.unread(last.subarray(last.length - surplus));
  }
}

/** Resolves when the engine has taken the piece: whether it takes another one. */
const written = (engine: Transform, piece: Buffer): Promise<boolean> =>
  new Promise((resolve) => {
    const over = (): void => resolve(false);
    engine.once('close', over).once('end', over);
    engine.write(piece, () => {
      engine.off('close', over).off('end', over);
      resolve(true);
    });
  });

const isOfEngine = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^(?:Z_|ZSTD_|ERR_)/.test(String(error.code));
