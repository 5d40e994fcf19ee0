import { crc32, deflateRawSync } from 'node:zlib';
import { directoryEntry, localHeader, rawZip, type RawEnd, type ZipFields } from './raw-zip.js';

const plain = (name: string, fields: Partial<ZipFields>): ZipFields => ({
  name,
  flags: 0,
  method: 8,
  crc: 0,
  packedBytes: 0,
  sizeBytes: 0,
  extra: Buffer.alloc(0),
  offset: 0,
  mode: 0o100644,
  ...fields,
});

/** Many entries of the directory that all name the same member. */
export function overlappingZip(count: number, kernelBytes: number): Buffer {
  const content = Buffer.alloc(kernelBytes);
  const packed = deflateRawSync(content);
  const fields = { crc: crc32(content), packedBytes: packed.length, sizeBytes: kernelBytes };
  const local = localHeader(plain('0', fields));
  const entries = Array.from({ length: count }, (_, index) => directoryEntry(plain(String(index), fields)));
  return Buffer.concat([local, packed, ...entries, endOf(entries, local.length + packed.length)]);
}

/**
 * A flat bomb: each member quotes the header of the next one in a block that is not packed, and goes on with what that
 * member packs. So all of them share one kernel, and each is consistent in itself.
 */
export function quotedOverlapZip(count: number, kernelBytes: number): Buffer {
  let content = Buffer.alloc(kernelBytes);
  let packed = deflateRawSync(content);
  let bytes: Buffer = Buffer.alloc(0);
  const members: { fields: ZipFields; fromEnd: number }[] = [];
  for (let index = count - 1; index >= 0; index -= 1) {
    const sizes = { crc: crc32(content), packedBytes: packed.length, sizeBytes: content.length };
    const fields = plain(`${String(index)}.bin`, sizes);
    const header = localHeader(fields);
    bytes = Buffer.concat([header, packed]);
    members.unshift({ fields, fromEnd: bytes.length });
    content = Buffer.concat([header, content]);
    packed = Buffer.concat([storedBlock(header), packed]);
  }
  // Every member is the end of the one before it.
  const entries = members.map(({ fields, fromEnd }) =>
    directoryEntry({ ...fields, offset: bytes.length - fromEnd }),
  );
  return Buffer.concat([bytes, ...entries, endOf(entries, bytes.length)]);
}

const BLOCK_HEADER_BYTES = 5;

/** A block of deflate that is not packed and not the last. @see RFC 1951, 3.2.4 */
function storedBlock(bytes: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK_HEADER_BYTES);
  header.writeUInt16LE(bytes.length, 1);
  header.writeUInt16LE(~bytes.length & 0xff_ff, 3);
  return Buffer.concat([header, bytes]);
}

function endOf(entries: readonly Buffer[], offset: number): Buffer {
  const end: RawEnd = { count: entries.length, offset, sizeBytes: Buffer.concat(entries).length };
  return rawZip([], end);
}

/** Zips within zips, with something in the innermost. */
export function nestedZip(depth: number, name: string, content: Buffer): Buffer {
  let zip = rawZip([{ name, content }]);
  for (let level = 1; level < depth; level += 1) {
    zip = rawZip([{ name: `${String(level)}.zip`, content: zip }]);
  }
  return zip;
}

/** So many members of nothing. */
export const crowdedZip = (count: number): Buffer =>
  rawZip(Array.from({ length: count }, (_, index) => ({ name: index.toString(36), isStored: true })));

/** A zip of members by their names. */
export const rawZipOf = (members: Readonly<Record<string, Buffer>>): Buffer =>
  rawZip(Object.entries(members).map(([name, content]) => ({ name, content })));
