import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { actionOf, FIRST_RULES } from '../../../src/domain/policy.js';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import { tinyProgram } from '../../support/hostile/raw-media.js';
import { rawAr } from '../../support/hostile/raw-ar.js';
import { rawTar } from '../../support/hostile/raw-tar.js';
import { STRANGE_AR } from '../../support/hostile/strange-ar.js';

const TEXT = Buffer.from('text');
const table = (text: string) => ({ name: '//', content: Buffer.from(text) });

/** Whether it could become CLEAN where no policy says otherwise. */
async function isAllowed(bytes: Buffer): Promise<boolean> {
  const { findings } = await analyse(bytes, 'a.a');
  return findings.every(({ code }) => actionOf(FIRST_RULES, code) === 'ALLOW');
}

describe('an archive of ar', () => {
  it.each(STRANGE_AR)('is corrupt where unpackers disagree about it: %s', async (_what, bytes) => {
    expect(await codesOf(bytes, 'a.a')).toContain('ARCHIVE_CORRUPT');
    expect(await isAllowed(bytes)).toBe(false);
  });

  it('has the names of its members in a table', async () => {
    const bytes = rawAr([
      { name: '/', content: TEXT },
      table('a-very-long-name-of-a-program.o/\nimage-of-a-program.jpg/\n'),
      { name: '/0', content: TEXT },
      { name: '/33', content: tinyProgram() },
    ]);
    const { findings } = await analyse(bytes, 'a.a');
    expect(findings).toMatchObject([{ code: 'EXECUTABLE_HIDDEN', path: 'image-of-a-program.jpg' }]);
  });

  it('may have names that the librarian of Windows wrote, with the paths of its machine', async () => {
    const bytes = rawAr([table('D:\\build\\a.obj\0..\\b.obj\0'), { name: '/0', content: TEXT }]);
    expect(await codesOf(bytes, 'a.lib')).toEqual([]);
  });

  it.each([
    ['a place in a table that is not there', rawAr([{ name: '/0', content: TEXT }])],
    ['a place behind the end of the table', rawAr([table('a/\n'), { name: '/9', content: TEXT }])],
    ['a table that comes later', rawAr([{ name: '/0', content: TEXT }, table('a/\n')])],
    ['two tables', rawAr([table('a/\n'), table('b/\n')])],
    ['a name that has no end', rawAr([table('a'), { name: '/0', content: TEXT }])],
  ])('is corrupt where a name cannot be found: %s', async (_what, bytes) => {
    expect(await codesOf(bytes, 'a.a')).toEqual(['ARCHIVE_CORRUPT']);
  });

  it('is corrupt where a long name is the beginning of content to others', async () => {
    const packed = gzipSync('text');
    const bytes = rawAr([{ name: '#1/5', content: packed }]);
    const begin = bytes.indexOf('longs');
    packed.copy(bytes, begin, 0, 5);
    expect(await codesOf(bytes, 'a.a')).toEqual(['ARCHIVE_CORRUPT']);
  });

  it.each(['../up', '/up', 'a/../../b'])('may not lead out: %s', async (name) => {
    const bytes = rawAr([table(`${name}/\n`), { name: '/0', content: TEXT }]);
    expect(await codesOf(bytes, 'a.a')).toEqual(['ARCHIVE_TRAVERSAL']);
  });

  it('may not be a tar as well', async () => {
    const header = (size: number): string => `!<arch>\n${'a'.padEnd(48)}${String(size).padEnd(10)}\`\n`;
    const tarOf = (size: number): Buffer => rawTar([{ name: header(size), content: TEXT }]);
    const bytes = tarOf(tarOf(0).length - header(0).length);
    expect(await codesOf(bytes, 'a.a')).toContain('POLYGLOT');
  });

  it('that names files which lie elsewhere is not looked into', async () => {
    const bytes = Buffer.from(rawAr([{ name: 'a/', content: TEXT }]));
    bytes.write('!<thin>\n');
    expect(await codesOf(bytes, 'a.a')).toEqual(['ARCHIVE_UNSUPPORTED']);
  });
});
