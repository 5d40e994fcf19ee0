import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Hostile } from './hostile.js';
import { BZIP2_OF_ZEROS, XZ_OF_ZEROS } from './packed.js';
import { rawAr } from './raw-ar.js';
import { overflowingBzip2, rawBzip2 } from './raw-bzip2.js';
import { tinyProgram } from './raw-media.js';
import { rawTar } from './raw-tar.js';
import { rawXz } from './raw-xz.js';
import { rawZip } from './raw-zip.js';

const MIB = 1024 * 1024;
const TEXT = Buffer.alloc(100_000, 'text ');
const repeated = (bytes: Buffer, times: number): Buffer =>
  Buffer.concat(Array.from({ length: times }, () => bytes));
const nested = (pack: (inner: Buffer) => Buffer, times: number, content = Buffer.from('x')): Buffer =>
  Array.from({ length: times }).reduce<Buffer>((inner) => pack(inner), content);

/** With a byte near its end changed, which is one of a checksum. */
function changed(bytes: Buffer, fromEnd: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - fromEnd) ^ 1, copy.length - fromEnd);
  return copy;
}

const stream = (what: string, name: string, code: string, make: () => Buffer, isDear = false): Hostile => ({
  what,
  name,
  code,
  make,
  isDear,
});

const upTar = (): Buffer => rawTar([{ name: '../up', content: TEXT }]);
const diskTar = (): Buffer => rawTar([{ name: 'photo.jpg', content: tinyProgram() }]);
const deb = (data: Buffer, name = 'data.tar.xz'): Buffer =>
  rawAr([
    { name: 'debian-binary', content: Buffer.from('2.0\n') },
    { name, content: data },
  ]);

/** 272 MiB and more of nothing, in streams one behind the other. */
const BOMBS: readonly Hostile[] = [
  stream('a gzip bomb', 'a.gz', 'ARCHIVE_BOMB', () => repeated(gzipSync(Buffer.alloc(16 * MIB)), 17), true),
  stream('an xz bomb', 'a.xz', 'ARCHIVE_BOMB', () => repeated(XZ_OF_ZEROS, 272), true),
  stream('a bzip2 bomb', 'a.bz2', 'ARCHIVE_BOMB', () => repeated(BZIP2_OF_ZEROS, 7), true),
  stream('a bzip2 bomb in a zip', 'a.zip', 'ARCHIVE_BOMB', () => {
    const content = BZIP2_OF_ZEROS;
    return rawZip(
      Array.from({ length: 7 }, (_, index) => ({
        name: `${index}`,
        content,
        isStored: true,
        local: { method: 12 },
        central: { method: 12 },
      })),
    );
  }),
];

const BROKEN: readonly Hostile[] = [
  stream('a gzip that was cut off', 'a.gz', 'ARCHIVE_CORRUPT', () => gzipSync(TEXT).subarray(0, -20)),
  stream('an xz that was cut off', 'a.xz', 'ARCHIVE_CORRUPT', () => rawXz(TEXT).subarray(0, -20)),
  stream('an xz without its last byte', 'a.xz', 'ARCHIVE_CORRUPT', () => rawXz(TEXT).subarray(0, -1)),
  stream('an xz with another checksum', 'a.xz', 'ARCHIVE_CORRUPT', () =>
    rawXz(TEXT, { checked: Buffer.from('other') }),
  ),
  stream('an xz with something behind it', 'a.xz', 'ARCHIVE_CORRUPT', () =>
    Buffer.concat([rawXz(TEXT), tinyProgram()]),
  ),
  stream('a bzip2 that was cut off', 'a.bz2', 'ARCHIVE_CORRUPT', () => rawBzip2(TEXT).subarray(0, -20)),
  stream('a bzip2 without its last byte', 'a.bz2', 'ARCHIVE_CORRUPT', () => rawBzip2(TEXT).subarray(0, -1)),
  stream('a bzip2 with another checksum', 'a.bz2', 'ARCHIVE_CORRUPT', () => changed(rawBzip2(TEXT), 3)),
  stream('a bzip2 with a lying block', 'a.bz2', 'ARCHIVE_CORRUPT', () => {
    const lying = rawBzip2(TEXT);
    lying.writeUInt8(lying.readUInt8(12) ^ 1, 12);
    return lying;
  }),
  stream('a bzip2 that repeats a byte too often', 'a.bz2', 'ARCHIVE_CORRUPT', overflowingBzip2),
  stream('a bzip2 with a program behind it', 'a.bz2', 'EXECUTABLE_HIDDEN', () =>
    Buffer.concat([rawBzip2(TEXT), tinyProgram()]),
  ),
];

const BEYOND: readonly Hostile[] = [
  stream('a gzip in a gzip, 14 times', 'a.gz', 'ARCHIVE_TOO_DEEP', () =>
    nested((inner) => gzipSync(inner), 14),
  ),
  stream('a bzip2 in a bzip2, 14 times', 'a.bz2', 'ARCHIVE_TOO_DEEP', () =>
    nested((inner) => rawBzip2(inner), 14),
  ),
  stream('an xz in an xz, 4 times', 'a.xz', 'ARCHIVE_TOO_DEEP', () =>
    nested((inner) => rawXz(inner), 4, TEXT),
  ),
  stream('an xz with a dictionary of 128 MiB', 'a.xz', 'ANALYSIS_LIMIT', () =>
    rawXz(TEXT, { dictionary: 30 }),
  ),
  stream('an xz with a dictionary of 3 GiB', 'a.xz', 'ANALYSIS_LIMIT', () => rawXz(TEXT, { dictionary: 39 })),
  stream('an xz with a filter', 'a.xz', 'ARCHIVE_UNSUPPORTED', () => rawXz(TEXT, { filterId: 4 })),
  stream('an xz with a checksum that nobody knows', 'a.xz', 'ARCHIVE_UNSUPPORTED', () =>
    rawXz(TEXT, { checkId: 15 }),
  ),
  stream('a bare stream of LZMA', 'a.lzma', 'ARCHIVE_UNSUPPORTED', () =>
    Buffer.concat([Buffer.from('5d00008000ffffffffffffffff00', 'hex'), Buffer.alloc(99, 7)]),
  ),
];

/** What the scanner does not look into, however well the analysis does. */
const UNSCANNED: readonly Hostile[] = [
  stream('a tar in zstd', 'a.tar.zst', 'ARCHIVE_UNSCANNED', () =>
    zstdCompressSync(rawTar([{ name: 'a', content: TEXT }])),
  ),
  stream('a zip with a member in zstd', 'a.zip', 'ARCHIVE_UNSCANNED', () =>
    rawZip([
      {
        name: 'a',
        content: zstdCompressSync(TEXT),
        isStored: true,
        local: { method: 93 },
        central: { method: 93 },
      },
    ]),
  ),
  stream('a bzip2 of two streams', 'a.bz2', 'ARCHIVE_UNSCANNED', () => repeated(rawBzip2(TEXT), 2)),
  stream('a package in a tar', 'a.tar', 'ARCHIVE_UNSCANNED', () =>
    rawTar([{ name: 'a.deb', content: deb(rawXz(rawTar([{ name: 'a', content: TEXT }]))) }]),
  ),
];

const NESTED: readonly Hostile[] = [
  stream('a tar in xz with a member that leads out', 'a.tar.xz', 'ARCHIVE_TRAVERSAL', () => rawXz(upTar())),
  stream('a tar in bzip2 with a member that leads out', 'a.tar.bz2', 'ARCHIVE_TRAVERSAL', () =>
    rawBzip2(upTar()),
  ),
  stream('a package with a member that leads out', 'a.deb', 'ARCHIVE_TRAVERSAL', () => deb(rawXz(upTar()))),
  stream('a package with a program under the name of an image', 'a.deb', 'EXECUTABLE_HIDDEN', () =>
    deb(rawBzip2(diskTar()), 'data.tar.bz2'),
  ),
  stream('a tar in xz in a zip in bzip2 with a disguise', 'a.bz2', 'EXECUTABLE_HIDDEN', () =>
    rawBzip2(rawZip([{ name: 'a.txz', content: rawXz(diskTar()), isStored: true }])),
  ),
];

/** Compressed streams, and what is made of them, that must not become CLEAN. */
export const HOSTILE_STREAMS: readonly Hostile[] = [...BOMBS, ...BROKEN, ...BEYOND, ...UNSCANNED, ...NESTED];
