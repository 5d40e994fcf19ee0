import {
  constants,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  inflateRawSync,
  inflateSync,
  type ZlibOptions,
} from 'node:zlib';
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
const SMALL_BYTES = 16 * 1024;
const MOST_AT_ONCE_BYTES = 256 * 1024;

/** With `info` the answer tells how much was taken, which the types of Node do not know. */
type AtOnce = (
  input: Buffer,
  options: ZlibOptions,
) => { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } };

const AT_ONCE: Readonly<Partial<Record<Compression, AtOnce>>> = {
  'deflate-raw': inflateRawSync as unknown as AtOnce,
  deflate: inflateSync as unknown as AtOnce,
};
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
  const input = await reader.peek(SMALL_BYTES);
  const whole = inflateAtOnce(input, compression);
  if (whole) {
    await reader.skip(whole.takenBytes);
    yield whole.bytes;
    return;
  }
  yield* inflateBitByBit(reader, compression);
}

/**
 * What is small is expanded at once: an engine for each of many small members would take longer than what it does.
 *
 * @returns `undefined` where it is not small, or not whole, or wrong: then the engine says what is the matter
 */
function inflateAtOnce(
  input: Buffer,
  compression: Compression,
): { readonly bytes: Buffer; readonly takenBytes: number } | undefined {
  const expand = AT_ONCE[compression];
  if (!expand || input.length === 0) return undefined;
  const isAll = input.length < SMALL_BYTES;
  const finishFlush = isAll ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  try {
    const { buffer, engine } = expand(input, {
      info: true,
      finishFlush,
      maxOutputLength: MOST_AT_ONCE_BYTES,
    });
    const isWhole = isAll || engine.bytesWritten < input.length;
    return isWhole ? { bytes: buffer, takenBytes: engine.bytesWritten } : undefined;
  } catch {
    return undefined;
  }
}

async function* inflateBitByBit(reader: Reader, compression: Compression): AsyncGenerator<Buffer, undefined> {
  const engine = MAKERS[compression]();
  const feeder = createFeeder(reader, engine);
  const feeding = feeder.feed().catch((cause: unknown) => {
    engine.destroy(cause instanceof Error ? cause : new Error('It cannot be read', { cause }));
  });
  try {
    for await (const chunk of engine) yield chunk as Buffer;
  } catch (cause) {
    throw isOfEngine(cause) ? new CorruptError('The compressed bytes are wrong', { cause }) : cause;
  } finally {
    const taken = engine.bytesWritten;
    feeder.stop();
    engine.destroy();
    await feeding;
    feeder.giveBack(taken);
  }
}

type Engine = ReturnType<(typeof MAKERS)[Compression]>;

/** Hands an engine what a reader has, and the reader what the engine did not want. */
function createFeeder(
  reader: Reader,
  engine: Engine,
): { feed(): Promise<void>; stop(): void; giveBack(takenBytes: number): void } {
  // It may have been given more than one piece when its end is noticed.
  let pieces: Buffer[] = [];
  let given = 0;
  let isOver = false;
  return {
    async feed() {
      for (let takesMore = true; takesMore && !isOver;) {
        const piece = await reader.next(INPUT_BYTES);
        if (!piece) {
          engine.end();
          return;
        }
        if (given === engine.bytesWritten) pieces = [];
        pieces.push(piece);
        given += piece.length;
        takesMore = await written(engine, piece);
      }
    },
    stop() {
      isOver = true;
    },
    giveBack(takenBytes) {
      let surplus = given - takenBytes;
      for (const piece of pieces.reverse()) {
        const bytes = Math.min(surplus, piece.length);
        if (bytes > 0) reader.unread(piece.subarray(piece.length - bytes));
        surplus -= bytes;
      }
    },
  };
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
