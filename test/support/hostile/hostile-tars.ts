import type { Hostile } from './hostile.js';
import { tinyProgram } from './raw-media.js';
import { paxRecord, rawTar, type TarMember } from './raw-tar.js';
import { rawZip } from './raw-zip.js';

const TEXT = Buffer.from('some text\n');

const tar = (what: string, code: string, ...members: readonly TarMember[]): Hostile => ({
  what: `a tar ${what}`,
  name: 'a.tar',
  make: () => rawTar(members),
  code,
});

/** Tars that must not become CLEAN. */
export const HOSTILE_TARS: readonly Hostile[] = [
  tar('with a member that leads out', 'ARCHIVE_TRAVERSAL', { name: '../up', content: TEXT }),
  tar('with an absolute member', 'ARCHIVE_TRAVERSAL', { name: '/etc/up', content: TEXT }),
  tar(
    'with a long name that leads out',
    'ARCHIVE_TRAVERSAL',
    { name: '././@LongLink', kind: 'L', content: Buffer.from('a/../../up\0') },
    { name: 'up', content: TEXT },
  ),
  tar(
    'with an extended name that leads out',
    'ARCHIVE_TRAVERSAL',
    { name: 'pax', kind: 'x', content: paxRecord('path', '../../up') },
    { name: 'up', content: TEXT },
  ),
  tar(
    'with a record of another length than it says',
    'ARCHIVE_CORRUPT',
    { name: 'pax', kind: 'x', content: paxRecord('comment', 'x\n17 path=../../up', 40) },
    { name: 'up', content: TEXT },
  ),
  tar(
    'that names all its members at once',
    'ARCHIVE_INCONSISTENT',
    { name: 'pax', kind: 'g', content: paxRecord('path', 'up') },
    { name: 'up', content: TEXT },
  ),
  tar('with a link that leads out', 'ARCHIVE_LINK_ESCAPE', { name: 'a/link', kind: '2', link: '../../etc' }),
  tar('with an absolute link', 'ARCHIVE_LINK_ESCAPE', { name: 'link', kind: '2', link: '/etc/passwd' }),
  tar('with a hard link that leads out', 'ARCHIVE_LINK_ESCAPE', { name: 'a/b', kind: '1', link: '../x' }),
  tar('with a device', 'ARCHIVE_SPECIAL_MEMBER', { name: 'null', kind: '3' }),
  tar('with a pipe', 'ARCHIVE_SPECIAL_MEMBER', { name: 'pipe', kind: '6' }),
  tar('with a link that has a size', 'ARCHIVE_INCONSISTENT', {
    name: 'a',
    kind: '2',
    link: 'b',
    content: TEXT,
  }),
  tar('with holes', 'ARCHIVE_UNSUPPORTED', { name: 'a', kind: 'S', content: TEXT }),
  tar(
    'with holes that an extended header tells of',
    'ARCHIVE_UNSUPPORTED',
    { name: 'pax', kind: 'x', content: paxRecord('GNU.sparse.major', '1') },
    { name: 'a', content: TEXT },
  ),
  tar('with a lying size', 'ARCHIVE_CORRUPT', { name: 'a', content: TEXT, sizeBytes: 2 ** 32 }),
  tar('with a program under the name of an image', 'EXECUTABLE_HIDDEN', {
    name: 'photo.jpg',
    content: tinyProgram(),
  }),
  tar('with an encrypted member of a zip in it', 'ARCHIVE_ENCRYPTED', {
    name: 'a.zip',
    content: rawZip([{ name: 'a.txt', content: TEXT, local: { flags: 1 }, central: { flags: 1 } }]),
  }),
  {
    what: 'a tar with another tar behind its end',
    name: 'a.tar',
    make: () =>
      Buffer.concat([rawTar([{ name: 'a', content: TEXT }]), rawTar([{ name: 'b', content: TEXT }])]),
    code: 'POLYGLOT',
  },
];
