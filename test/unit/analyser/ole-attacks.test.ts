import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import { compoundOf, windowsProgram } from '../../support/analyser/compound.js';

const SECTOR = 512;
const content = Buffer.alloc(200_000, 'content');
const honest = compoundOf({ streams: { big: content, small: 'tiny', 'storage/inner': 'x' } });
/** Where the table of sectors is. */
const table = (honest.readUInt32LE(76) + 1) * SECTOR;
const directory = (honest.readUInt32LE(48) + 1) * SECTOR;

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(honest);
  change(bytes);
  return bytes;
}

/** Where the entry of a name begins. */
function entryOf(name: string): number {
  const at = honest.indexOf(Buffer.from(name, 'utf16le'), directory);
  if (at < 0) throw new Error(`There is no ${name}`);
  return at;
}

describe('a compound file that was made to deceive', () => {
  it('is honest before it is changed', async () => {
    expect(await codesOf(honest, 'a.bin')).toEqual([]);
  });

  it.each<[string, (bytes: Buffer) => void]>([
    [
      'a chain that goes in circles',
      (bytes) => {
        for (let at = table; at < table + SECTOR; at += 4) {
          if (bytes.readUInt32LE(at) === (at - table) / 4 + 1) bytes.writeUInt32LE((at - table) / 4, at);
        }
      },
    ],
    ['a chain that comes back to its beginning', (bytes) => bytes.writeUInt32LE(2, table + 4 * 40)],
    ['a chain that leaves the file', (bytes) => bytes.writeUInt32LE(0x00ffffff, table + 4 * 40)],
    ['a chain that leads to a free sector', (bytes) => bytes.writeUInt32LE(0xffffffff, table + 4 * 40)],
    ['a table that is not there', (bytes) => bytes.writeUInt32LE(0x00ffffff, 76)],
    ['a table in circles', (bytes) => [bytes.writeUInt32LE(3, 68), bytes.writeUInt32LE(1, 72)]],
    ['a directory that is not there', (bytes) => bytes.writeUInt32LE(0xfffffffe, 48)],
    ['a directory within the content', (bytes) => bytes.writeUInt32LE(50, 48)],
    ['a stream that is longer than its chain', (bytes) => bytes.writeUInt32LE(250_000, entryOf('big') + 120)],
    [
      'a stream that is longer than the file',
      (bytes) => bytes.writeUInt32LE(0x7fffffff, entryOf('big') + 120),
    ],
    [
      'two streams of the same sectors',
      (bytes) => {
        bytes.writeUInt32LE(bytes.readUInt32LE(entryOf('big') + 116), entryOf('small') + 116);
        bytes.writeUInt32LE(5_000, entryOf('small') + 120);
      },
    ],
    ['sectors of another size', (bytes) => bytes.writeUInt16LE(20, 30)],
    ['small sectors of another size', (bytes) => bytes.writeUInt16LE(0, 32)],
  ])('by %s cannot be read', async (_what, change) => {
    expect(await codesOf(changed(change), 'a.bin')).toContain('DOCUMENT_UNREADABLE');
  });

  it('by a tree that goes in circles is read once', async () => {
    const circular = changed((bytes) => {
      for (const name of ['big', 'small', 'storage', 'inner']) {
        for (const link of [68, 72]) bytes.writeUInt32LE(1, entryOf(name) + link);
      }
    });
    expect((await analyse(circular, 'a.bin')).findings).toEqual([]);
  });

  it('is cut off anywhere, and either as it was or not to be read', async () => {
    for (let length = 8; length < honest.length; length += 9_973) {
      expect(await codesOf(honest.subarray(0, length), 'a.bin')).toEqual(['DOCUMENT_UNREADABLE']);
    }
  });

  it('is read as bytes where it cannot be read otherwise', async () => {
    const broken = Buffer.concat([honest.subarray(0, 2_000), windowsProgram()]);
    expect(await codesOf(broken, 'a.bin')).toEqual(['DOCUMENT_UNREADABLE', 'EXECUTABLE_HIDDEN']);
  });

  it('carries something behind its end', async () => {
    expect(await codesOf(Buffer.concat([honest, Buffer.alloc(700)]), 'a.bin')).toEqual([]);
    expect(await codesOf(Buffer.concat([honest, Buffer.from('a comment')]), 'a.bin')).toEqual([
      'TRAILING_DATA',
    ]);
    expect(await codesOf(Buffer.concat([honest, Buffer.from('%PDF-1.7\n')]), 'a.bin')).toEqual([
      'POLYGLOT',
      'TRAILING_DATA',
    ]);
  });

  it('has more entries than the limit', async () => {
    const streams = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`s${index}`, 'x']));
    expect(await codesOf(compoundOf({ streams }), 'a.bin', { limits: { maxMembers: 50 } })).toEqual([
      'ARCHIVE_TOO_MANY_MEMBERS',
    ]);
  });

  it('is larger than what is held in memory', async () => {
    const large = Buffer.concat([honest.subarray(0, SECTOR), Buffer.alloc(129 * 1024 * 1024)]);
    expect(await codesOf(large, 'a.bin')).toEqual(['ANALYSIS_LIMIT']);
  });
});
