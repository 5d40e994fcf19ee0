import { LimitError, type Budget } from '../budget.js';
import type { Reader } from './reader.js';

/** Content whose parser goes back and forth in it, held in memory. */
export interface HeldBytes {
  readonly length: number;
  /** Bytes at an offset; fewer than asked for only at the end. They are shared: nobody writes into them. */
  read(offset: number, bytes: number): Buffer;
  /** Everything from an offset on, in pieces. */
  from(offset: number): readonly Buffer[];
  /** Gives back what the budget counted. */
  release(): void;
}

/** So much is held of one content. */
const MOST_BYTES = 128 * 1024 * 1024;
/** So much is held of all content that lies within each other. */
const MOST_BYTES_TOGETHER = 192 * 1024 * 1024;
/** A multiple of every size of sectors, so that none lies in two blocks. */
const BLOCK_BYTES = 1024 * 1024;

const heldBytes = new WeakMap<Budget, number>();

/**
 * Takes the rest of a reader into memory, in blocks, so that no byte is there twice.
 *
 * @throws LimitError when there is more than may be held
 */
export async function holdRest(reader: Reader, budget: Budget): Promise<HeldBytes> {
  const blocks: Buffer[] = [];
  let length = 0;
  let counted = 0;
  const count = (bytes: number): void => {
    counted += bytes;
    heldBytes.set(budget, (heldBytes.get(budget) ?? 0) + bytes);
  };
  const release = (): void => count(-counted);
  for (let chunk = await reader.next(BLOCK_BYTES); chunk; chunk = await reader.next(BLOCK_BYTES)) {
    budget.time();
    if (length + chunk.length > MOST_BYTES || (heldBytes.get(budget) ?? 0) > MOST_BYTES_TOGETHER) {
      release();
      throw new LimitError('ANALYSIS_LIMIT', 'A document of this kind is too large to be looked into.');
    }
    for (let rest = chunk; rest.length > 0;) {
      const at = length % BLOCK_BYTES;
      if (at === 0) {
        blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES));
        count(BLOCK_BYTES);
      }
      const copied = rest.copy(blocks.at(-1) ?? rest, at);
      rest = rest.subarray(copied);
      length += copied;
    }
  }
  const read = (offset: number, bytes: number): Buffer => readFrom(blocks, length, offset, bytes);
  return { length, read, from: (offset) => piecesFrom(offset, length, read), release };
}

function piecesFrom(offset: number, length: number, read: HeldBytes['read']): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = offset; at < length;) {
    const piece = read(at, BLOCK_BYTES - (at % BLOCK_BYTES));
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

function readFrom(blocks: readonly Buffer[], length: number, offset: number, bytes: number): Buffer {
  const end = Math.min(offset + bytes, length);
  const parts: Buffer[] = [];
  for (let at = offset; at < end;) {
    const block = blocks[Math.floor(at / BLOCK_BYTES)];
    const begin = at % BLOCK_BYTES;
    const part = block?.subarray(begin, Math.min(BLOCK_BYTES, begin + end - at));
    if (!part || part.length === 0) break;
    parts.push(part);
    at += part.length;
  }
  return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
}

/** Bytes at hand, as a source. */
export async function* sourceOf(...pieces: readonly Buffer[]): AsyncGenerator<Buffer, undefined> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
