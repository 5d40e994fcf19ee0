import type { Hostile } from './hostile.js';
import { tinyPng } from './raw-media.js';
import { rawZip } from './raw-zip.js';

const disk = (what: string, name: string, code: string, make: () => Buffer): Hostile => ({
  what,
  name,
  code,
  make,
});

/** Bytes of a length, with marks at their places. */
function marked(sizeBytes: number, ...marks: readonly (readonly [offset: number, mark: Buffer | string])[]) {
  const bytes = Buffer.alloc(sizeBytes);
  for (const [offset, mark] of marks) bytes.set(Buffer.from(mark as string, 'latin1'), offset);
  return bytes;
}

const SECTOR_END = [510, '\x55\xaa'] as const;
const FLOPPY = [[54, 'FAT12   '], SECTOR_END] as const;
const PARTITION = [446, Buffer.from('80010100070fffff3f000000c1ff0f00', 'hex')] as const;
const FOOTER = Buffer.concat([Buffer.from('conectix\0\0\0\x02', 'latin1'), Buffer.alloc(500)]);

/** A program whose header is far behind the one of DOS, in which nothing else is as usual. */
function farProgram(): Buffer {
  const bytes = marked(8_192 + 256, [0, 'MZ'], [2, '\xff'.repeat(58)], [8_192, 'PE\0\0']);
  bytes.writeUInt32LE(8_192, 0x3c);
  return bytes;
}

/** Images of disks, and programs that do not look like one, that must not become CLEAN. */
export const HOSTILE_DISKS: readonly Hostile[] = [
  disk('the image of a floppy disk', 'a.img', 'ARCHIVE_UNSUPPORTED', () => marked(4_096, ...FLOPPY)),
  disk('the image of a disk with a partition', 'a.img', 'ARCHIVE_UNSUPPORTED', () =>
    marked(4_096, PARTITION, SECTOR_END),
  ),
  disk('the image of a disk of Linux', 'a.img', 'ARCHIVE_UNSUPPORTED', () =>
    marked(4_096, [1_080, '\x53\xef\x01\0\x01\0']),
  ),
  disk('an image of fixed length that begins as a picture', 'a.vhd', 'ARCHIVE_UNSUPPORTED', () =>
    Buffer.concat([tinyPng(), Buffer.alloc(4_096), FOOTER]),
  ),
  disk('an image of a disc by UDF alone', 'a.iso', 'ARCHIVE_UNSUPPORTED', () =>
    marked(40_000, [32_769, 'BEA01']),
  ),
  disk('an image of a disc that begins as a program', 'a.iso', 'ARCHIVE_UNSUPPORTED', () =>
    marked(40_000, [0, farProgram()], [32_769, 'CD001']),
  ),
  disk('a program with a far header under the name of a text', 'a.txt', 'TYPE_MISMATCH', farProgram),
  disk('the same in a zip', 'a.zip', 'EXECUTABLE_HIDDEN', () =>
    rawZip([{ name: 'a.txt', content: farProgram() }]),
  ),
  disk('the same behind a PNG', 'a.png', 'EXECUTABLE_HIDDEN', () => Buffer.concat([tinyPng(), farProgram()])),
];
