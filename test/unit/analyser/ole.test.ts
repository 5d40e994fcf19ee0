import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import {
  biffRecord,
  classBytes,
  compoundOf,
  packagedFile,
  windowsProgram,
  workbookOf,
} from '../../support/analyser/compound.js';

const fib = (flags: number): Buffer => {
  const bytes = Buffer.alloc(4096);
  bytes.writeUInt16LE(0xa5ec, 0);
  bytes.writeUInt16LE(flags, 10);
  return bytes;
};
const ole10Native = (name: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.alloc(4), packagedFile(name, content)]);
const pptRecord = (kind: number, type: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(kind, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};
const macros = { 'Macros/VBA/_VBA_PROJECT': 'x', 'Macros/VBA/dir': 'x' };

describe('compound files', () => {
  it.each([
    ['a.doc', { WordDocument: fib(0) }, 'application/msword'],
    ['a.xls', { Workbook: workbookOf(0) }, 'application/vnd.ms-excel'],
    ['b.xls', { Book: workbookOf(0) }, 'application/vnd.ms-excel'],
    ['a.ppt', { 'PowerPoint Document': Buffer.alloc(5000) }, 'application/vnd.ms-powerpoint'],
    ['a.msg', { '__properties_version1.0': Buffer.alloc(64) }, 'application/vnd.ms-outlook'],
  ])(
    'are known by what lies in them, and nothing is wrong with an ordinary %s',
    async (name, streams, type) => {
      expect(await analyse(compoundOf({ streams }), name)).toEqual({ contentType: type, findings: [] });
    },
  );

  it.each<[string, Record<string, Buffer | string>, string[]]>([
    ['macros in a document', { WordDocument: fib(0), ...macros }, ['OFFICE_MACRO']],
    ['a sheet of Excel 4 macros', { Workbook: workbookOf(1) }, ['OFFICE_MACRO']],
    ['a document with a password', { WordDocument: fib(0x0100) }, ['DOCUMENT_ENCRYPTED']],
    [
      'a workbook with a password',
      { Workbook: workbookOf(0, biffRecord(0x2f, Buffer.alloc(6))) },
      ['DOCUMENT_ENCRYPTED'],
    ],
    [
      'a presentation with a password',
      {
        'PowerPoint Document': Buffer.alloc(10),
        'Current User': Buffer.concat([Buffer.alloc(12), Buffer.from('dfc4d1f3', 'hex')]),
      },
      ['DOCUMENT_ENCRYPTED'],
    ],
    [
      'a workbook that asks another program',
      {
        Workbook: workbookOf(0, biffRecord(0x1ae, Buffer.from('\x01\x00\x08\x00\x00cmd\x03calc', 'latin1'))),
      },
      ['OFFICE_DDE'],
    ],
    [
      'a program in a package',
      { WordDocument: fib(0), 'ObjectPool/_1/\u0001Ole10Native': ole10Native('a.txt', windowsProgram()) },
      ['EXECUTABLE_HIDDEN', 'OFFICE_EMBEDDED_OBJECT'],
    ],
    [
      'a script in a package',
      { WordDocument: fib(0), 'ObjectPool/_1/\u0001Ole10Native': ole10Native('a.vbs', Buffer.from('x')) },
      ['EXECUTABLE_HIDDEN', 'OFFICE_EMBEDDED_OBJECT'],
    ],
    [
      'a picture in a package',
      { WordDocument: fib(0), 'ObjectPool/_1/\u0001Ole10Native': ole10Native('a.txt', Buffer.from('x')) },
      ['OFFICE_EMBEDDED_OBJECT'],
    ],
    [
      'an equation of the old editor',
      { WordDocument: fib(0), 'ObjectPool/_1/Equation Native': Buffer.alloc(60) },
      ['OFFICE_EQUATION_OBJECT'],
    ],
    [
      'a link to the web',
      {
        WordDocument: fib(0),
        'ObjectPool/_1/\u0001Ole': Buffer.from('0100000201000000e0c9ea79f9bace118c8200aa004ba90b', 'hex'),
      },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'macros of a presentation, in an object that is compressed',
      {
        'PowerPoint Document': Buffer.concat([
          pptRecord(0xf, 0x3e8, Buffer.alloc(0)),
          pptRecord(
            0x10,
            0x1011,
            Buffer.concat([Buffer.alloc(4), deflateSync(compoundOf({ streams: { 'VBA/dir': 'x' } }))]),
          ),
        ]),
      },
      ['OFFICE_MACRO'],
    ],
    [
      'a program in a stream of its own',
      { WordDocument: fib(0), a: windowsProgram() },
      ['EXECUTABLE_HIDDEN'],
    ],
  ])('are found to hold %s', async (_what, streams, codes) => {
    expect(await codesOf(compoundOf({ streams }), 'file')).toEqual(codes);
    expect(await codesOf(compoundOf({ streams }), 'file', { chunkBytes: 7 })).toEqual(codes);
  });

  it('are known to be encrypted documents of today, under the name of these', async () => {
    const file = compoundOf({ streams: { EncryptedPackage: Buffer.alloc(5000), EncryptionInfo: 'x' } });
    expect(await codesOf(file, 'a.docx')).toEqual(['DOCUMENT_ENCRYPTED']);
  });

  it.each([
    ['0002ce02-0000-0000-c000-000000000046', ['OFFICE_EQUATION_OBJECT']],
    ['00000300-0000-0000-c000-000000000046', ['OFFICE_EXTERNAL_TEMPLATE']],
    ['d27cdb6e-ae6d-11cf-96b8-444553540000', ['OFFICE_ACTIVEX']],
  ])('are judged by the class %s of an object', async (classId, codes) => {
    const file = compoundOf({
      streams: { WordDocument: fib(0), 'ObjectPool/_1/CONTENTS': 'x' },
      classes: { 'ObjectPool/_1': classBytes(classId) },
    });
    expect(await codesOf(file, 'a.doc')).toEqual(codes);
  });

  it('are installers by the class of their root, which carry programs openly', async () => {
    const file = compoundOf({
      streams: { 'Binary.action': windowsProgram() },
      classes: { '': classBytes('000c1084-0000-0000-c000-000000000046') },
    });
    expect(await codesOf(file, 'setup.msi')).toEqual(['EXECUTABLE']);
    expect(await codesOf(file, 'letter.doc')).toEqual(['EXECUTABLE', 'TYPE_MISMATCH']);
  });

  it('are messages whose files are judged by their names', async () => {
    const attached = (name: string): Buffer =>
      compoundOf({
        streams: {
          '__properties_version1.0': 'x',
          '__attach_version1.0_#00000000/__substg1.0_37010102': windowsProgram(),
          '__attach_version1.0_#00000000/__substg1.0_3707001F': Buffer.from(name, 'utf16le'),
        },
      });
    expect(await codesOf(attached('invoice.pdf'), 'a.msg')).toEqual(['EXECUTABLE_HIDDEN']);
    expect(await codesOf(attached('setup.exe'), 'a.msg')).toEqual(['EXECUTABLE']);
    expect((await analyse(attached('setup.exe'), 'a.msg')).findings[0]?.path).toBe(
      '__attach_version1.0_#00000000/setup.exe',
    );
  });

  it('are looked into within a document of today, and within each other', async () => {
    const inner = compoundOf({ streams: { Workbook: workbookOf(1) } });
    const outer = compoundOf({ streams: { WordDocument: fib(0), Package: inner } });
    expect((await analyse(outer, 'a.doc')).findings).toEqual([
      { code: 'OFFICE_MACRO', detail: 'A sheet of Excel 4 macros.', path: 'Package/Workbook' },
    ]);
  });
});
