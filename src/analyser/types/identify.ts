import type { ContentType } from './content-type.js';
import { findMagic } from './magic.js';
import { DISK_BYTES, findDisk } from './disks.js';
import { isWindowsProgram } from './programs.js';
import { findText } from './text.js';

/** Bytes from the beginning that tell what content is. */
export const HEAD_BYTES = DISK_BYTES;
const TEXT_BYTES = 16 * 1024;
const TAR_BLOCK_BYTES = 512;
/** Powers of two from 4 KiB on, what lies half-way between two of them, and the longest that can be said. */
const DICTIONARIES = new Set([
  ...Array.from({ length: 20 }, (_, index) => 2 ** (index + 12)).flatMap((bytes) => [bytes, bytes * 1.5]),
  0xff_ff_ff_ff,
]);
const NO_LENGTH = 0xff_ff_ff_ff_ff_ff_ff_ffn;
const MOST_LENGTH = 1n << 38n;
const JAVA_CLASS = 0xca_fe_ba_be;
/** A fat Mach-O names fewer programs than any version of Java. */
const MOST_ARCHITECTURES = 30;

/** Tells what content is by its first bytes. */
export function identify(head: Buffer): ContentType {
  return (
    findDisk(head) ??
    findProgramType(head) ??
    findMagic(head) ??
    findOldTar(head) ??
    findOldCpio(head) ??
    findLzma(head) ??
    findText(head.subarray(0, TEXT_BYTES)) ??
    findFrames(head) ??
    UNKNOWN
  );
}

const UNKNOWN: ContentType = { family: 'unknown', mediaType: null };

function findProgramType(head: Buffer): ContentType | undefined {
  if (
    head[0] === 0x4d &&
    head[1] === 0x5a &&
    (isWindowsProgram(head, 0) || isDosProgram(head) || isUnreadable(head))
  ) {
    return { family: 'program', mediaType: 'application/x-msdownload' };
  }
  if (head.length < 8 || head.readUInt32BE(0) !== JAVA_CLASS) return undefined;
  const isFat = head.readUInt32BE(4) < MOST_ARCHITECTURES;
  return { family: 'program', mediaType: isFat ? 'application/x-mach-binary' : 'application/java-vm' };
}

/** Pages and the bytes of the last one, as every DOS header has them. */
const isDosProgram = (head: Buffer): boolean =>
  head.length >= 64 &&
  head.readUInt16LE(2) <= 512 &&
  head.readUInt16LE(4) > 0 &&
  head.readUInt16LE(8) <= 0x1000;

/** The loader reads two fields of this header, and no other: its program may begin far behind, and all else be anything. */
const isUnreadable = (head: Buffer): boolean =>
  head.length >= 64 && findText(head.subarray(0, TEXT_BYTES)) === undefined;

/** Tar from before it had a magic: only the sum of its first block tells. */
function findOldTar(head: Buffer): ContentType | undefined {
  if (head.length < TAR_BLOCK_BYTES) return undefined;
  const stated = Number.parseInt(head.toString('latin1', 148, 156).replace(/[\0 ]/g, ''), 8);
  if (!(stated > 0)) return undefined;
  let sum = 8 * 0x20;
  for (let index = 0; index < TAR_BLOCK_BYTES; index += 1) {
    if (index < 148 || index >= 156) sum += head[index] ?? 0;
  }
  return sum === stated ? { family: 'tar', mediaType: 'application/x-tar' } : undefined;
}

/** The binary cpio of either byte order, whose mark is too short to stand alone. */
function findOldCpio(head: Buffer): ContentType | undefined {
  if (head.length < 26) return undefined;
  const read = (offset: number): number =>
    head[0] === 0xc7 ? head.readUInt16LE(offset) : head.readUInt16BE(offset);
  const isMarked = [0xc771, 0x71c7].includes(head.readUInt16BE(0));
  const hasName = read(20) > 1 && read(20) < 1_024;
  const isCpio = isMarked && hasName && [4, 8, 10].includes(read(6) >> 12);
  return isCpio ? { family: 'scanned', mediaType: 'application/x-cpio' } : undefined;
}

/** LZMA without a container, as `xz` itself knows it: its one usual property, a size of dictionaries, and a length. */
function findLzma(head: Buffer): ContentType | undefined {
  if (head.length < 13 || head[0] !== 0x5d) return undefined;
  const dictionaryBytes = head.readUInt32LE(1);
  const expandedBytes = head.readBigUInt64LE(5);
  const isUsual = DICTIONARIES.has(dictionaryBytes);
  const isLength = expandedBytes === NO_LENGTH || expandedBytes < MOST_LENGTH;
  return isUsual && isLength ? { family: 'opaque', mediaType: 'application/x-lzma' } : undefined;
}

/** MPEG audio and bitmaps, whose marks are too short to stand alone. */
function findFrames(head: Buffer): ContentType | undefined {
  if (
    head.length >= 26 &&
    head[0] === 0x42 &&
    head[1] === 0x4d &&
    [12, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14))
  ) {
    return { family: 'image', mediaType: 'image/bmp' };
  }
  const isFrame = head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0 && ((head[1] ?? 0) & 0x06) !== 0;
  const hasRate = ((head[2] ?? 0xf0) & 0xf0) !== 0xf0 && ((head[2] ?? 0x0c) & 0x0c) !== 0x0c;
  return isFrame && hasRate ? { family: 'plain', mediaType: 'audio/mpeg' } : undefined;
}
