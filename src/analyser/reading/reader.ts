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

/** Reads a source. What is held is at most what is peeked at and one chunk. */
export function createReader(source: Source): Reader {
  const window = createWindow(source);
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
      let last = NONE;
      for (let chunk = await next(); chunk; chunk = await next()) {
        last = chunk.length >= bytes ? chunk.subarray(-bytes) : Buffer.concat([last, chunk]).subarray(-bytes);
      }
      return last;
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

function createWindow(source: Source): Window {
  const chunks = source[Symbol.asyncIterator]();
  let held = NONE;
  let offset = 0;
  return {
    offset: () => offset,
    async hold(bytes) {
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
      held = Buffer.concat([bytes, held]);
      offset -= bytes.length;
    },
  };
}
