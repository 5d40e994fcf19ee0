import { CorruptError } from '../reading/inflate.js';

/** What is valid, and packed in a way that is not looked into. */
export class UnknownWayError extends Error {
  override readonly name = 'UnknownWayError';
}

/** A step of unpacking. */
export interface Coder {
  /** Hexadecimal, as `21` of LZMA2. */
  readonly id: string;
  readonly properties: Buffer;
}

/** Where packed bytes lie, and the chains that unpack them. */
export interface Streams {
  /** From the end of the first header on. */
  readonly packedAt: number;
  readonly packedSizes: readonly number[];
  readonly folders: readonly (readonly Coder[])[];
  /** Of what comes out of every coder, chain by chain. */
  readonly unpackedSizes: readonly number[];
}

const ID = { end: 0, packed: 6, unpacked: 7, size: 9, crc: 10, folders: 11, unpackedSizes: 12 } as const;
/** Far more than anybody packs into one archive. */
const MOST = 100_000;
const MOST_CODERS = 4;

/** Bytes that are read one after the other. Throws {@link CorruptError} at the end. */
export interface Cursor {
  byte(): number;
  bytes(count: number): Buffer;
  /** A number of one to nine bytes. */
  number(): number;
}

/** Reads from an offset on. */
export function createCursor(bytes: Buffer, offset = 0): Cursor {
  let at = offset;
  const take = (count: number): Buffer => {
    const taken = bytes.subarray(at, at + count);
    if (taken.length < count) throw new CorruptError('A header is too short');
    at += count;
    return taken;
  };
  const byte = (): number => take(1).readUInt8(0);
  return {
    byte,
    bytes: take,
    number() {
      const first = byte();
      let extra = 0;
      while (extra < 8 && (first & (0x80 >> extra)) !== 0) extra += 1;
      let value = 0;
      take(extra).forEach((digit, index) => (value += digit * 256 ** index));
      if (extra < 7) value += (first & (0x7f >> extra)) * 256 ** extra;
      if (!Number.isSafeInteger(value)) throw new CorruptError('A number is too large');
      return value;
    },
  };
}

/** Reads what tells of packed bytes, as far as their chains go. @see 7zFormat.txt, Streams Info */
export function readStreams(cursor: Cursor): Streams {
  expect(cursor, ID.packed);
  const packedAt = cursor.number();
  const count = bounded(cursor.number(), MOST);
  expect(cursor, ID.size);
  const packedSizes = Array.from({ length: count }, () => cursor.number());
  // Their checksums, which next to nobody writes, would come here.
  expect(cursor, ID.end);
  expect(cursor, ID.unpacked);
  expect(cursor, ID.folders);
  const chains = bounded(cursor.number(), MOST);
  if (cursor.byte() !== 0) throw new CorruptError('The chains lie elsewhere');
  const folders = Array.from({ length: chains }, () => readFolder(cursor));
  expect(cursor, ID.unpackedSizes);
  const unpackedSizes = folders.flat().map(() => cursor.number());
  return { packedAt, packedSizes, folders, unpackedSizes };
}

function readFolder(cursor: Cursor): readonly Coder[] {
  const count = bounded(cursor.number(), MOST_CODERS);
  const coders = Array.from({ length: count }, () => {
    const flags = cursor.byte();
    const id = cursor.bytes(flags & 0x0f).toString('hex');
    // More than one way in or out have only chains that the scanner does not know.
    if ((flags & 0xd0) !== 0) throw new UnknownWayError('A chain has branches');
    const properties = (flags & 0x20) === 0 ? Buffer.alloc(0) : cursor.bytes(cursor.number());
    return { id, properties };
  });
  for (let bind = 1; bind < count; bind += 1) cursor.bytes(2);
  return coders;
}

function bounded(count: number, most: number): number {
  if (count < 1 || count > most) throw new CorruptError('There are too many');
  return count;
}

function expect(cursor: Cursor, id: number): void {
  if (cursor.byte() !== id) throw new CorruptError('Something else was to come');
}
