import type { ContentType } from './content-type.js';

const SECTOR_BYTES = 512;
/** Where the descriptors of a disc begin: what is in front of them means nothing to whoever mounts it. */
const DISC_MARK = 32_769;
/** Bytes from the beginning that are needed to tell. */
export const DISK_BYTES = DISC_MARK + 5;
/** What the image of a disk is called that says itself only how its files are kept. */
export const DISK_IMAGE = 'application/x-raw-disk-image';
/** What the image of a disc is called that the scanner opens. */
export const ISO_IMAGE = 'application/x-iso9660-image';
const DISK: ContentType = { family: 'opaque', mediaType: DISK_IMAGE };

/** Marks of file systems, in the first sector or where each has its own. */
const SYSTEMS: readonly (readonly [mark: string, offset: number])[] = [
  ['FAT12   ', 54],
  ['FAT16   ', 54],
  ['FAT32   ', 82],
  ['NTFS    ', 3],
  ['EXFAT   ', 3],
];
const ELSEWHERE: readonly (readonly [mark: string, offset: number])[] = [
  ['EFI PART\0\0\x01\0', 512],
  ['H+\0\x04', 1_024],
  ['HX\0\x05', 1_024],
  ['\x01\0\0\x80\0\0\0\0NXSB', 24],
];

/** The image of a disk or a disc: its file system tells, whatever else the first bytes look like. */
export function findDisk(head: Buffer): ContentType | undefined {
  const isAt = ([mark, offset]: readonly [string, number]): boolean =>
    head.toString('latin1', offset, offset + mark.length) === mark;
  if (isAt(['CD001', DISC_MARK])) return { family: 'scanned', mediaType: ISO_IMAGE };
  if (isAt(['BEA01', DISC_MARK])) return { family: 'opaque', mediaType: 'application/x-udf-image' };
  if (ELSEWHERE.some(isAt) || isExtended(head)) return DISK;
  if (head.length < SECTOR_BYTES || head.readUInt16BE(510) !== 0x55_aa) return undefined;
  return SYSTEMS.some(isAt) || hasPartitions(head) ? DISK : undefined;
}

const PARTITIONS = { begin: 446, count: 4, bytes: 16 };

/** Four entries, each of which is empty or has a kind, a place and a length. */
function hasPartitions(head: Buffer): boolean {
  const entries = Array.from({ length: PARTITIONS.count }, (_, index) => {
    const begin = PARTITIONS.begin + index * PARTITIONS.bytes;
    return head.subarray(begin, begin + PARTITIONS.bytes);
  });
  const used = entries.filter((entry) => entry.some((byte) => byte !== 0));
  const isWhole = (entry: Buffer): boolean =>
    [0, 0x80].includes(entry[0] ?? 1) &&
    entry[4] !== 0 &&
    entry.readUInt32LE(8) > 0 &&
    entry.readUInt32LE(12) > 0;
  return used.length > 0 && used.every(isWhole);
}

/** The second, third or fourth extended file system. */
const isExtended = (head: Buffer): boolean =>
  head.length >= 1_104 &&
  head.readUInt16LE(1_080) === 0xef_53 &&
  head.readUInt32LE(1_048) <= 6 &&
  head.readUInt16LE(1_082) <= 7 &&
  head.readUInt32LE(1_100) <= 1;
