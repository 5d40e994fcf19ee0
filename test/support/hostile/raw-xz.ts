import { crc32 } from 'node:zlib';

/** What a stream of xz says of itself. */
export interface RawXz {
  /** @default 1, which is CRC32 */
  readonly checkId?: number;
  /** As the header says it: 30 is 128 MiB. @default 4 KiB */
  readonly dictionary?: number;
  /** @default 0x21, which is LZMA2 */
  readonly filterId?: number;
  /** What the checksum is made of, where not of the content. */
  readonly checked?: Buffer;
}

const CHUNK_BYTES = 64 * 1024;
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const sum = (bytes: Buffer): Buffer => u32(crc32(bytes));
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

/** Seven bits in each byte, the lowest first. */
function variable(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Pieces that are stored as they are. */
function stored(content: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < content.length; at += CHUNK_BYTES) {
    const piece = content.subarray(at, at + CHUNK_BYTES);
    const size = piece.length - 1;
    pieces.push(Buffer.from([at === 0 ? 1 : 2, size >> 8, size & 0xff]), piece);
  }
  return Buffer.concat([...pieces, Buffer.alloc(1)]);
}

/** A stream of xz whose content is stored. @see The .xz File Format 1.2.1 */
export function rawXz(content: Buffer, wish: RawXz = {}): Buffer {
  const { checkId = 1, dictionary = 0, filterId = 0x21, checked = content } = wish;
  const flags = Buffer.from([0, checkId]);
  const header = Buffer.concat([Buffer.from('fd377a585a00', 'hex'), flags, sum(flags)]);
  const said = padded(Buffer.concat([Buffer.from([0, 0, filterId, 1, dictionary])]));
  said.writeUInt8(said.length / 4, 0);
  const packed = stored(content);
  const blockHeader = Buffer.concat([said, sum(said)]);
  const unpaddedBytes = blockHeader.length + packed.length + 4;
  const entries = [Buffer.from([0, 1]), variable(unpaddedBytes), variable(content.length)];
  const index = padded(Buffer.concat(entries));
  const tail = Buffer.concat([u32((index.length + 4) / 4 - 1), flags]);
  const footer = Buffer.concat([sum(tail), tail, Buffer.from('YZ')]);
  return Buffer.concat([header, blockHeader, padded(packed), sum(checked), index, sum(index), footer]);
}
