import type { Reader } from '../reading/reader.js';

/** What a zip says of a member, in front of it or in the directory at its end. */
export interface ZipEntry {
  readonly name: string;
  /** A second name in an extra field, which some unpackers prefer; `null` where there is none. */
  readonly unicodeName: string | null;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly expandedBytes: number;
  /** Where its local header begins, in bytes from the beginning. */
  readonly offset: number;
  /** Mode of its file, where the directory tells. */
  readonly unixMode: number;
}

/** Marks of the records. @see APPNOTE.TXT 4.3 */
export const ZIP = {
  local: 0x04_03_4b_50,
  descriptor: 0x08_07_4b_50,
  central: 0x02_01_4b_50,
  end: 0x06_05_4b_50,
  end64: 0x06_06_4b_50,
  locator64: 0x07_06_4b_50,
} as const;

/** Bits of the flags. */
export const FLAG = { encrypted: 1, descriptor: 8, strong: 0x40, utf8: 0x800, masked: 0x2000 } as const;

const MAX_32 = 0xff_ff_ff_ff;

/** Takes a local header, with the name and the extra fields behind it. */
export async function takeLocalHeader(reader: Reader): Promise<ZipEntry> {
  const { offset } = reader;
  const head = await reader.take(30);
  const name = await reader.take(head.readUInt16LE(26));
  const extra = await reader.take(head.readUInt16LE(28));
  const [expanded = 0, compressed = 0] = widen(extra, [head.readUInt32LE(22), head.readUInt32LE(18)]);
  return {
    name: decodeName(name, head.readUInt16LE(6)),
    unicodeName: findUnicodeName(extra),
    flags: head.readUInt16LE(6),
    method: head.readUInt16LE(8),
    crc: head.readUInt32LE(14),
    compressedBytes: compressed,
    expandedBytes: expanded,
    offset,
    unixMode: 0,
  };
}

/** Takes one entry of the directory. */
export async function takeCentralHeader(reader: Reader): Promise<ZipEntry> {
  const head = await reader.take(46);
  const name = await reader.take(head.readUInt16LE(28));
  const extra = await reader.take(head.readUInt16LE(30));
  await reader.skip(head.readUInt16LE(32));
  const narrow = [head.readUInt32LE(24), head.readUInt32LE(20), head.readUInt32LE(42)];
  const [expanded = 0, compressed = 0, offset = 0] = widen(extra, narrow);
  return {
    name: decodeName(name, head.readUInt16LE(8)),
    unicodeName: findUnicodeName(extra),
    flags: head.readUInt16LE(8),
    method: head.readUInt16LE(10),
    crc: head.readUInt32LE(16),
    compressedBytes: compressed,
    expandedBytes: expanded,
    offset,
    unixMode: head[5] === 3 ? head.readUInt16LE(40) : 0,
  };
}

const decodeName = (bytes: Buffer, flags: number): string =>
  bytes.toString((flags & FLAG.utf8) !== 0 || isUtf8(bytes) ? 'utf8' : 'latin1');

const isUtf8 = (bytes: Buffer): boolean => Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);

/** What an extra field of one kind holds; empty where there is none. */
function findField(extra: Buffer, id: number): Buffer {
  let field = extra;
  while (field.length >= 4 && field.readUInt16LE(0) !== id) field = field.subarray(4 + field.readUInt16LE(2));
  return field.length < 4 ? field.subarray(0, 0) : field.subarray(4, 4 + field.readUInt16LE(2));
}

const ZIP64_FIELD = 1;
const UNICODE_PATH_FIELD = 0x70_75;

/** @see APPNOTE.TXT 4.6.9 */
function findUnicodeName(extra: Buffer): string | null {
  const field = findField(extra, UNICODE_PATH_FIELD);
  return field.length <= 5 ? null : field.toString('utf8', 5);
}

/** Replaces the values that did not fit by those of the zip64 field, in which only these stand. */
function widen(extra: Buffer, values: readonly number[]): readonly number[] {
  const wide = findField(extra, ZIP64_FIELD);
  let at = 0;
  return values.map((value) => {
    if (value !== MAX_32 || wide.length < at + 8) return value;
    at += 8;
    return Number(wide.readBigUInt64LE(at - 8));
  });
}

/** The four bytes that the next record begins with; 0 where there are not as many. */
export const markOf = async (reader: Reader): Promise<number> => {
  const mark = await reader.peek(4);
  return mark.length === 4 ? mark.readUInt32LE(0) : 0;
};
