import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import type { Hostile } from './hostile.js';
import { rawAr } from './raw-ar.js';
import { tinyProgram } from './raw-media.js';
import { rawZip, type RawEnd, type RawMember } from './raw-zip.js';
import { crowdedZip, nestedZip, overlappingZip, quotedOverlapZip } from './zip-bombs.js';

const TEXT = Buffer.from('some text\n');
const OTHER = Buffer.from('other one\n');

const zip = (
  what: string,
  code: string,
  members: readonly RawMember[],
  end: RawEnd = {},
  path?: string,
): Hostile => ({
  what: `a zip ${what}`,
  name: 'a.zip',
  make: () => rawZip(members, end),
  code,
  ...(path !== undefined && { path }),
});

/** A wide end that tells of another directory, with its locator. @see APPNOTE.TXT 4.3.14 and 4.3.15 */
function lyingWideEnd({
  offset,
  sizeBytes,
  count,
}: {
  offset: number;
  sizeBytes: number;
  count: number;
}): Buffer {
  const bytes = Buffer.alloc(76);
  bytes.write('PK\x06\x06', 'latin1');
  bytes.writeBigUInt64LE(44n, 4);
  bytes.writeBigUInt64LE(BigInt(count), 24);
  bytes.writeBigUInt64LE(BigInt(count), 32);
  bytes.writeBigUInt64LE(BigInt(sizeBytes), 40);
  bytes.writeBigUInt64LE(BigInt(offset - 10), 48);
  bytes.write('PK\x06\x07', 56, 'latin1');
  bytes.writeBigUInt64LE(BigInt(offset + sizeBytes), 64);
  return bytes;
}

/** The field of the extra fields that names a member in Unicode. @see APPNOTE.TXT 4.6.9 */
function unicodeName(name: string, other: string): Buffer {
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x70_75);
  field.writeUInt16LE(5 + Buffer.byteLength(other), 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32(name), 5);
  return Buffer.concat([field, Buffer.from(other)]);
}

const hiddenZip = rawZip([{ name: 'hidden.txt', content: OTHER }]);

/** Zips that must not become CLEAN. */
export const HOSTILE_ZIPS: readonly Hostile[] = [
  zip('with a member that leads out', 'ARCHIVE_TRAVERSAL', [{ name: '../../up.txt', content: TEXT }]),
  zip('with an absolute member', 'ARCHIVE_TRAVERSAL', [{ name: '/etc/up', content: TEXT }]),
  zip('with a member on a drive', 'ARCHIVE_TRAVERSAL', [{ name: 'C:\\up.txt', content: TEXT }]),
  zip('with a member that leads out backwards', 'ARCHIVE_TRAVERSAL', [{ name: '..\\up.txt', content: TEXT }]),
  zip('whose directory alone leads out', 'ARCHIVE_TRAVERSAL', [
    { name: 'up.txt', content: TEXT, central: { name: '../up' } },
  ]),
  zip('with a second name that leads out', 'ARCHIVE_TRAVERSAL', [
    { name: 'up.txt', content: TEXT, central: { extra: unicodeName('up.txt', '../../up.txt') } },
  ]),
  zip('with a link that leads out', 'ARCHIVE_LINK_ESCAPE', [
    { name: 'a/link', content: Buffer.from('../../etc/passwd'), central: { mode: 0o120777 } },
  ]),
  zip('with a member that is encrypted', 'ARCHIVE_ENCRYPTED', [
    { name: 'a.txt', content: TEXT, local: { flags: 1 }, central: { flags: 1 } },
  ]),
  zip('with a method that nobody knows', 'ARCHIVE_UNSUPPORTED', [
    { name: 'a.txt', content: TEXT, local: { method: 98 }, central: { method: 98 } },
  ]),
  zip('whose headers name another member', 'ARCHIVE_INCONSISTENT', [
    { name: 'a.txt', content: TEXT, central: { name: 'a.exe' } },
  ]),
  zip('with a lying size', 'ARCHIVE_INCONSISTENT', [
    { name: 'a.txt', content: TEXT, local: { sizeBytes: 3 }, central: { sizeBytes: 3 } },
  ]),
  zip('with a lying packed size in its directory', 'ARCHIVE_INCONSISTENT', [
    { name: 'a.txt', content: TEXT, isStored: true, central: { packedBytes: 5 } },
  ]),
  zip('with a lying packed size in front', 'ARCHIVE_CORRUPT', [
    { name: 'a.txt', content: TEXT, isStored: true, local: { packedBytes: 2_000_000_000 } },
  ]),
  zip('with a wrong checksum', 'ARCHIVE_INCONSISTENT', [
    { name: 'a.txt', content: TEXT, local: { crc: 7 }, central: { crc: 7 } },
  ]),
  zip('with a member that the directory leaves out', 'ARCHIVE_INCONSISTENT', [
    { name: 'a.txt', content: TEXT },
    { name: 'b.exe', content: tinyProgram(), central: null },
  ]),
  zip('with bytes between its members', 'ARCHIVE_INCONSISTENT', [
    { name: 'a.txt', content: TEXT, gap: Buffer.from('hidden bytes') },
    { name: 'b.txt', content: TEXT },
  ]),
  zip('with one name twice', 'ARCHIVE_DUPLICATE_NAME', [
    { name: 'a.txt', content: TEXT },
    { name: 'a.txt', content: OTHER },
  ]),
  zip('that tells of fewer members', 'ARCHIVE_INCONSISTENT', [{ name: 'a', content: TEXT }], { count: 0 }),
  zip('whose directory is elsewhere', 'ARCHIVE_INCONSISTENT', [{ name: 'a', content: TEXT }], { offset: 3 }),
  zip('whose directory has another size', 'ARCHIVE_INCONSISTENT', [{ name: 'a', content: TEXT }], {
    sizeBytes: 9,
  }),
  zip('with a lying wide end', 'ARCHIVE_INCONSISTENT', [{ name: 'a', content: TEXT }], {
    before: lyingWideEnd,
  }),
  zip('with another zip in its comment', 'ARCHIVE_INCONSISTENT', [{ name: 'a', content: TEXT }], {
    comment: hiddenZip,
  }),
  zip(
    'with a program under the name of an image',
    'EXECUTABLE_HIDDEN',
    [{ name: 'b/photo.jpg', content: tinyProgram() }],
    {},
    'b/photo.jpg',
  ),
  zip('with a program that looks like a document', 'NAME_DISGUISED', [
    { name: 'invoice.pdf.exe', content: tinyProgram() },
  ]),
  {
    what: 'a zip with another zip behind it',
    name: 'a.zip',
    make: () => Buffer.concat([rawZip([{ name: 'a.txt', content: TEXT }]), hiddenZip]),
    code: 'POLYGLOT',
  },
  {
    what: 'a zip that was cut off',
    name: 'a.zip',
    make: () => rawZip([{ name: 'a.txt', content: TEXT }]).subarray(0, -30),
    code: 'ARCHIVE_CORRUPT',
  },
  {
    what: 'a zip whose packed bytes are none',
    name: 'a.zip',
    make: () => {
      const packed = Buffer.alloc(deflateRawSync(TEXT).length, 0xff);
      return rawZip([{ name: 'a.txt', content: packed, isStored: true, local: { method: 8 } }]);
    },
    code: 'ARCHIVE_CORRUPT',
  },
  {
    what: 'a bomb of one kernel',
    name: 'a.zip',
    make: () => overlappingZip(500, 1_000_000),
    code: 'ARCHIVE_OVERLAP',
  },
  {
    what: 'a bomb of quoted headers',
    name: 'a.zip',
    make: () => quotedOverlapZip(250, 1_000_000),
    code: 'ARCHIVE_OVERLAP',
  },
  {
    what: 'a bomb of one member',
    name: 'a.zip',
    make: () => rawZip([{ name: 'zeros', content: Buffer.alloc(272 * 1024 * 1024) }]),
    code: 'ARCHIVE_BOMB',
  },
  {
    what: 'a zip in a zip, 14 times',
    name: 'a.zip',
    make: () => nestedZip(14, 'a.txt', TEXT),
    code: 'ARCHIVE_TOO_DEEP',
  },
  {
    what: 'a zip of a hundred thousand members and one',
    name: 'a.zip',
    make: () => crowdedZip(100_001),
    code: 'ARCHIVE_TOO_MANY_MEMBERS',
  },
  {
    what: 'a zip of more empty members than a scanner comes to the end of',
    name: 'a.zip',
    make: () => crowdedZip(30_000),
    code: 'ARCHIVE_TOO_MANY_MEMBERS',
  },
  {
    what: 'the same in gzip in a zip',
    name: 'a.zip',
    make: () => rawZip([{ name: 'a.gz', content: gzipSync(crowdedZip(30_000)) }]),
    code: 'ARCHIVE_TOO_MANY_MEMBERS',
  },
  {
    what: 'the same in an ar, whose members are scanned one by one',
    name: 'a.deb',
    make: () =>
      rawAr([
        { name: 'debian-binary', content: Buffer.from('2.0\n') },
        { name: 'data.zip', content: crowdedZip(30_000) },
      ]),
    code: 'ARCHIVE_TOO_MANY_MEMBERS',
  },
  {
    what: 'a zip of one empty member and thirty thousand entries for it',
    name: 'a.zip',
    make: () => overlappingZip(30_000, 0),
    code: 'ARCHIVE_OVERLAP',
  },
];
