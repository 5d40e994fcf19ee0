import { CorruptError } from '../reading/inflate.js';
import type { Reader } from '../reading/reader.js';

/** Bits that come one after the other, the highest of each byte first. */
export interface BitReader {
  /** Waits until so many bytes are at hand, or no others come. To be called before bits are taken. */
  hold(bytes: number): Promise<void> | undefined;
  /** Takes up to 24 bits. Throws {@link CorruptError} at the end. */
  take(bits: number): number;
  /** Passes over the rest of a byte, and gives back the bytes behind it. */
  close(): void;
}

const PIECE_BYTES = 64 * 1024;

/** Reads bits of a reader, which is not to be used until they are closed. */
export function createBitReader(reader: Reader): BitReader {
  let piece: Buffer = Buffer.alloc(0);
  let at = 0;
  let window = 0;
  let windowBits = 0;
  const more = async (bytes: number): Promise<void> => {
    while (piece.length - at < bytes) {
      const next = await reader.next(PIECE_BYTES);
      if (!next) return;
      piece = at === piece.length ? next : Buffer.concat([piece.subarray(at), next]);
      at = 0;
    }
  };
  return {
    hold: (bytes) => (piece.length - at < bytes ? more(bytes) : undefined),
    take(bits) {
      while (windowBits < bits) {
        const byte = piece[at];
        if (byte === undefined) throw new CorruptError('The bits end too early');
        at += 1;
        window = ((window & 0xff_ff_ff) << 8) | byte;
        windowBits += 8;
      }
      windowBits -= bits;
      return (window >>> windowBits) & ((1 << bits) - 1);
    },
    close() {
      // Of the last byte that was begun, less than eight bits are left.
      if (at < piece.length) reader.unread(piece.subarray(at));
    },
  };
}
