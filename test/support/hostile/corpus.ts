import type { Hostile } from './hostile.js';
import { HOSTILE_DOCUMENTS } from './hostile-documents.js';
import { HOSTILE_DISKS } from './hostile-disks.js';
import { HOSTILE_MEDIA } from './hostile-media.js';
import { HOSTILE_OFFICE } from './hostile-office.js';
import { HOSTILE_STREAMS } from './hostile-streams.js';
import { HOSTILE_TARS } from './hostile-tars.js';
import { HOSTILE_ZIPS } from './hostile-zips.js';
import {
  SEVEN_ZIP,
  SEVEN_ZIP_BZIP2_OF_VIRUS,
  SEVEN_ZIP_ENCRYPTED,
  SEVEN_ZIP_HIDDEN,
  SEVEN_ZIP_OF_VIRUS,
} from './packed.js';

const container = (what: string, name: string, code: string, make: () => Buffer): Hostile => ({
  what,
  name,
  code,
  make,
});
const begin = (hex: string, at = 0): Buffer =>
  Buffer.concat([Buffer.alloc(at), Buffer.from(hex, 'hex'), Buffer.alloc(64)]);

const CONTAINERS: readonly Hostile[] = [
  container('a 7z', 'a.7z', 'ARCHIVE_SCANNER_ONLY', () => SEVEN_ZIP),
  container('a 7z with the test virus', 'a.7z', 'ARCHIVE_SCANNER_ONLY', () => SEVEN_ZIP_OF_VIRUS),
  container('a 7z in bzip2', 'a.7z', 'ARCHIVE_UNSUPPORTED', () => SEVEN_ZIP_BZIP2_OF_VIRUS),
  container('an encrypted 7z', 'a.7z', 'ARCHIVE_ENCRYPTED', () => SEVEN_ZIP_ENCRYPTED),
  container('an encrypted 7z without a list', 'a.7z', 'ARCHIVE_ENCRYPTED', () => SEVEN_ZIP_HIDDEN),
  container('a 7z that was cut off', 'a.7z', 'ARCHIVE_CORRUPT', () => SEVEN_ZIP.subarray(0, -9)),
  container('a 7z with an encrypted 7z behind it', 'a.7z', 'ARCHIVE_ENCRYPTED', () =>
    Buffer.concat([SEVEN_ZIP, SEVEN_ZIP_HIDDEN]),
  ),
  container('a rar', 'a.rar', 'ARCHIVE_UNSUPPORTED', () => begin('526172211a070100')),
  container('an arj', 'a.arj', 'ARCHIVE_UNSUPPORTED', () => begin('60ea28001e')),
  container('a cabinet', 'a.cab', 'ARCHIVE_SCANNER_ONLY', () => begin('4d53434600000000')),
  container('a cabinet of a set', 'a.cab', 'ARCHIVE_UNSUPPORTED', () =>
    begin(`4d534346${'00'.repeat(26)}0100`),
  ),
  container('an image of a disc', 'a.iso', 'ARCHIVE_SCANNER_ONLY', () => begin('014344303031', 32_768)),
];

/** Files of all kinds that must not become CLEAN. */
export const HOSTILE: readonly Hostile[] = [
  ...HOSTILE_ZIPS,
  ...HOSTILE_TARS,
  ...HOSTILE_STREAMS,
  ...CONTAINERS,
  ...HOSTILE_DOCUMENTS,
  ...HOSTILE_OFFICE,
  ...HOSTILE_DISKS,
  ...HOSTILE_MEDIA,
];
