/** Bytes that come one after the other, read as a parser wants them. Keeps what was peeked at and no more. */
export interface Reader {
  /** Bytes that were taken so far. */
  readonly offset: number;
  /** The next bytes without taking them; fewer than asked for only at the end. */
  peek(bytes: number): Promise<Buffer>;
  /** Takes exactly so many bytes. Throws {@link TruncatedError} when there are fewer. */
  take(bytes: number): Promise<Buffer>;
  /** Takes what is there, but not more than so much; `null` at the end. @default 64 KiB */
  next(mostBytes?: number): Promise<Buffer | null>;
  /** Passes over bytes. Throws {@link TruncatedError} when there are fewer. */
  skip(bytes: number): Promise<void>;
  /** Puts back what was just taken. */
  unread(bytes: Buffer): void;
  /** Takes the rest, and returns its last bytes. A source that can spares itself what lies between. */
  tail(bytes: number): Promise<Buffer>;
}

/** The bytes end where a parser needs more of them. */
export class TruncatedError extends Error {
  override readonly name = 'TruncatedError';
}

/** Whoever sends the bytes has gone. */
export class GoneError extends Error {
  override readonly name = 'GoneError';
}

/** Where bytes come from. */
export interface Source extends AsyncIterable<Buffer> {
  /** Is told that of what has not come yet only the last bytes are wanted. */
  enough?(tailBytes: number): void;
}

const NEXT_BYTES = 64 * 1024;
const NONE: Buffer = Buffer.alloc(0);

/** Hears of every step of a reader, so that no parser goes round and round: a budget ends it by an error. */
export interface Guard {
  time(): void;
}

/** Reads a source. What is held is at most what is peeked at and one chunk. */
export function createReader(source: Source, guard?: Guard): Reader {
  const window = createWindow(source, guard);
  const next = async (mostBytes = NEXT_BYTES): Promise<Buffer | null> =>
    (await window.hold(1)) === 0 ? null : window.remove(mostBytes);
  return {
    get offset() {
      return window.offset();
    },
    async peek(bytes) {
      await window.hold(bytes);
      return window.see(bytes);
    },
    async take(bytes) {
      const held = await window.hold(bytes);
      if (held < bytes) throw new TruncatedError(`${bytes - held} bytes are missing`);
      return window.remove(bytes);
    },
    next,
    async skip(bytes) {
      for (let left = bytes; left > 0;) {
        const chunk = await next(left);
        if (!chunk) throw new TruncatedError(`${left} bytes are missing`);
        left -= chunk.length;
      }
    },
    unread: window.putBack,
    async tail(bytes) {
      source.enough?.(bytes);
      const chunks: Buffer[] = [];
      let held = 0;
      for (let chunk = await next(); chunk; chunk = await next()) {
        chunks.push(chunk);
        held += chunk.length;
        while (chunks[0] && held - chunks[0].length >= bytes) held -= chunks.shift()?.length ?? 0;
      }
      return Buffer.concat(chunks).subarray(-bytes);
    },
  };
}

/** The bytes at hand. */
interface Window {
  offset(): number;
  /** Waits until so many are there, or no others come; how many there are. */
  hold(bytes: number): Promise<number>;
  see(bytes: number): Buffer;
  remove(bytes: number): Buffer;
  readonly putBack: (bytes: Buffer) => void;
}

function createWindow(source: Source, guard: Guard | undefined): Window {
  const chunks = source[Symbol.asyncIterator]();
  let held = NONE;
  let offset = 0;
  return {
    offset: () => offset,
    async hold(bytes) {
      guard?.time();
      while (held.length < bytes) {
        const next = await chunks.next();
        if (next.done === true) break;
        held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
      }
      return held.length;
    },
    see: (bytes) => held.subarray(0, bytes),
    remove(bytes) {
      const taken = held.subarray(0, bytes);
      held = held.subarray(taken.length);
      offset += taken.length;
      return taken;
    },
    putBack(bytes) {
      held = joined(bytes, held);
      offset -= bytes.length;
    },
  };
}

/** One buffer of two; without a copy where the second lies right behind the first, as what was just taken does. */
function joined(first: Buffer, second: Buffer): Buffer {
  if (second.length === 0) return first;
  const isAdjacent = first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
  if (!isAdjacent) return Buffer.concat([first, second]);
  return Buffer.from(first.buffer, first.byteOffset, first.length + second.length);
}
