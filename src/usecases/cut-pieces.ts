import type { Readable } from 'node:stream';
import { FaultError } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import type { Clock } from '../ports/clock.js';
import { wholePartBytes } from '../domain/upload-position.js';
import { tooLarge } from './check-new-file.js';
import type { ProvenSpool, TwoSpools } from './proven-spool.js';

/** Longest stretch of a larger part that waits in the upload directory. */
const MAX_PIECE_BYTES = 32 * 1024 * 1024;
/** What came for so long is given out before its part ends, so that no death of a process costs a slow sender more. */
const MAX_PIECE_MS = 10_000;
/** But for what is not worth an object and a transaction of its own: many slow senders would keep the disk busy. */
const MIN_PIECE_BYTES = 4 * 1024 * 1024;

/** A stretch of a stream that lies within one part. */
export interface Piece {
  readonly partNumber: number;
  /** Where it begins, from the beginning of the part. */
  readonly offsetBytes: number;
  readonly bytes: ProvenSpool;
  /** Whether it ends where the part does. */
  readonly endsPart: boolean;
}

/** A stream that continues a file. */
export interface Continuation {
  readonly file: Pick<File, 'sizeBytes' | 'partSizeBytes'>;
  /** Parts that the ledger has already: those are compared, and so come in one piece. */
  readonly parts: ReadonlyMap<number, unknown>;
  /** Where the stream begins in the file. */
  readonly offsetBytes: number;
  /** The file cannot have more bytes than this. */
  readonly limitBytes: number;
  readonly body: Readable;
  /** Sees every chunk in order. */
  readonly observe: (chunk: Buffer) => void;
  /** Tells how long a piece has been arriving; without it that does not matter. */
  readonly clock?: Pick<Clock, 'now'>;
}

/**
 * Cuts a stream at the boundaries of parts into the two spools, by turns: while one piece is stored the next one
 * arrives. A piece is given out when it is known that the stream goes on, or how it ended, and early when it is slow. When the stream
 * breaks, what has arrived of it comes first and the error after it. Each piece is hashed on the way.
 *
 * @throws FaultError TOO_LARGE as soon as there are too many bytes; the last piece is not given out then
 */
export async function* cutPieces(continuation: Continuation, spools: TwoSpools): AsyncGenerator<Piece> {
  const { file, offsetBytes, limitBytes, body, observe } = continuation;
  let [bytes, other] = spools;
  let begin = offsetBytes;
  let isDue = timer(continuation, begin);
  let breakage: { readonly error: unknown } | undefined;
  start(continuation, begin, bytes);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      observe(chunk);
      let rest = chunk;
      while (rest.length > 0) {
        const offset = begin + bytes.spool.sizeBytes;
        if (offset === limitBytes) throw new FaultError(tooLarge(limitBytes).fault);
        const room = endOfPiece(continuation, begin) - offset;
        if (room > 0 && !isDue(bytes.spool.sizeBytes)) {
          const fitting = rest.subarray(0, room);
          rest = rest.subarray(fitting.length);
          await bytes.spool.append(fitting);
          continue;
        }
        await bytes.spool.settle();
        yield pieceAt(file, begin, bytes);
        begin = offset;
        [bytes, other] = [other, bytes];
        isDue = timer(continuation, begin);
        start(continuation, begin, bytes);
      }
    }
  } catch (error) {
    if (error instanceof FaultError) throw error;
    breakage = { error };
  }
  await bytes.spool.settle().catch((error: unknown) => (breakage ??= { error }));
  yield pieceAt(file, begin, bytes);
  if (breakage) throw breakage.error;
}

type Cut = Pick<File, 'sizeBytes' | 'partSizeBytes'>;

const partAt = ({ partSizeBytes }: Cut, offset: number): number => Math.floor(offset / partSizeBytes) + 1;

const startOfPart = ({ partSizeBytes }: Cut, partNumber: number): number => (partNumber - 1) * partSizeBytes;

const start = (continuation: Continuation, begin: number, bytes: ProvenSpool): void => {
  bytes.begin(endOfPiece(continuation, begin) - begin);
};

/** Begins to measure how long a piece takes; what is compared with the ledger has to come in one. */
function timer({ file, parts, clock }: Continuation, begin: number): (sizeBytes: number) => boolean {
  if (!clock || parts.has(partAt(file, begin))) return () => false;
  const dueAt = clock.now().getTime() + MAX_PIECE_MS;
  return (sizeBytes) => sizeBytes >= MIN_PIECE_BYTES && clock.now().getTime() >= dueAt;
}

function endOfPiece({ file, parts, limitBytes }: Continuation, begin: number): number {
  const partNumber = partAt(file, begin);
  const endOfPart = startOfPart(file, partNumber) + (wholePartBytes(file, partNumber) ?? 0);
  const longest = parts.has(partNumber) ? endOfPart : begin + MAX_PIECE_BYTES;
  return Math.min(endOfPart, longest, limitBytes);
}

/** A piece without bytes at the very end of a part still belongs to that part. */
function pieceAt(file: Cut, begin: number, bytes: ProvenSpool): Piece {
  const isAtEnd = begin > 0 && begin === file.sizeBytes;
  const partNumber = partAt(file, isAtEnd ? begin - 1 : begin);
  const offsetBytes = begin - startOfPart(file, partNumber);
  const endsPart = offsetBytes + bytes.spool.sizeBytes === wholePartBytes(file, partNumber);
  return { partNumber, offsetBytes, bytes, endsPart };
}
