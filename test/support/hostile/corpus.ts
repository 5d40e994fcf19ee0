import { gzipSync } from 'node:zlib';
import type { Hostile } from './hostile.js';
import { HOSTILE_DOCUMENTS } from './hostile-documents.js';
import { HOSTILE_MEDIA } from './hostile-media.js';
import { HOSTILE_TARS } from './hostile-tars.js';
import { HOSTILE_ZIPS } from './hostile-zips.js';

const MIB = 1024 * 1024;

/** 272 MiB of nothing, in streams one behind the other. */
const gzipBomb = (): Buffer =>
  Buffer.concat(Array.from({ length: 17 }, () => gzipSync(Buffer.alloc(16 * MIB), { level: 9 })));

const HOSTILE_STREAMS: readonly Hostile[] = [
  { what: 'a gzip bomb', name: 'a.gz', make: gzipBomb, code: 'ARCHIVE_BOMB', isDear: true },
  {
    what: 'a gzip that was cut off',
    name: 'a.gz',
    make: () => gzipSync(Buffer.alloc(100_000, 'text ')).subarray(0, -20),
    code: 'ARCHIVE_CORRUPT',
  },
  {
    what: 'a gzip in a gzip, 14 times',
    name: 'a.gz',
    make: () => Array.from({ length: 14 }).reduce<Buffer>((inner) => gzipSync(inner), Buffer.from('x')),
    code: 'ARCHIVE_TOO_DEEP',
  },
  {
    what: 'a container of a kind that nobody opens',
    name: 'a.7z',
    make: () => Buffer.concat([Buffer.from('377abcaf271c0004', 'hex'), Buffer.alloc(64)]),
    code: 'ARCHIVE_UNSUPPORTED',
  },
];

/** Files of all kinds that must not become CLEAN. */
export const HOSTILE: readonly Hostile[] = [
  ...HOSTILE_ZIPS,
  ...HOSTILE_TARS,
  ...HOSTILE_STREAMS,
  ...HOSTILE_DOCUMENTS,
  ...HOSTILE_MEDIA,
];
