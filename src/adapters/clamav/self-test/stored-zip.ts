import { crc32 } from 'node:zlib';

/** The one member of an archive. */
export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** Sets the flag alone: the content stays what it is. @default false */
  readonly isEncrypted?: boolean;
}

/** 1 January 1980, as MS-DOS writes it. */
const FIRST_DAY = 0x21;
const VERSION = 20;

const u16 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index);
  return bytes;
};

const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
};

/**
 * Packs one member, uncompressed, into a zip. For samples: no library writes archives that are wrong on purpose.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16
 */
export function zipOf({ name, content, isEncrypted = false }: ZipMember): Buffer {
  const path = Buffer.from(name, 'latin1');
  const facts = Buffer.concat([
    u16(VERSION, isEncrypted ? 1 : 0, 0, 0, FIRST_DAY),
    u32(crc32(content), content.length, content.length),
    u16(path.length, 0),
  ]);
  const local = Buffer.concat([u32(0x04034b50), facts, path, content]);
  const central = Buffer.concat([u32(0x02014b50), u16(VERSION), facts, u16(0, 0, 0), u32(0, 0), path]);
  const end = Buffer.concat([u32(0x06054b50), u16(0, 0, 1, 1), u32(central.length, local.length), u16(0)]);
  return Buffer.concat([local, central, end]);
}
