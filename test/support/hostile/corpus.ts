import type { Hostile } from './hostile.js';
import { HOSTILE_DOCUMENTS } from './hostile-documents.js';
import { HOSTILE_MEDIA } from './hostile-media.js';
import { HOSTILE_STREAMS } from './hostile-streams.js';
import { HOSTILE_TARS } from './hostile-tars.js';
import { HOSTILE_ZIPS } from './hostile-zips.js';

const CONTAINERS: readonly Hostile[] = [
  {
    what: 'a 7z',
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
  ...CONTAINERS,
  ...HOSTILE_DOCUMENTS,
  ...HOSTILE_MEDIA,
];
