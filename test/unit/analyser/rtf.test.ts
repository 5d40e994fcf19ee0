import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import {
  compoundOf,
  ole1Object,
  packagedFile,
  windowsProgram,
  workbookOf,
} from '../../support/analyser/compound.js';

const rtf = (body: string): string =>
  `{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times;}}\\f0\\fs24 Text \\'e9.\\par ${body}}`;
const object = (bytes: Buffer, words = '\\objemb'): string =>
  rtf(`{\\object${words}{\\*\\objdata ${bytes.toString('hex').replace(/.{64}/g, '$&\r\n')}}}`);
const packaged = (name: string, content: Buffer): Buffer =>
  ole1Object('Package', packagedFile(name, content));

describe('RTF', () => {
  it.each([
    [
      'text and pictures',
      rtf('{\\pict\\pngblip 89504e470d0a1a0a}{\\*\\template C:\\\\Letters\\\\Normal.dot}'),
    ],
    [
      'a link that somebody follows',
      rtf('{\\field{\\*\\fldinst HYPERLINK "http://a.example/"}{\\fldrslt a}}'),
    ],
    ['blanks behind its end', `${rtf('')}\r\n\0`],
  ])('with %s is ordinary', async (_what, text) => {
    expect(await analyse(text, 'a.rtf')).toEqual({ contentType: 'application/rtf', findings: [] });
  });

  it.each<[string, string, string[]]>([
    ['a text in a package', object(packaged('a.txt', Buffer.from('x'))), ['OFFICE_EMBEDDED_OBJECT']],
    [
      'a program in a package',
      object(packaged('a.txt', windowsProgram())),
      ['EXECUTABLE_HIDDEN', 'OFFICE_EMBEDDED_OBJECT'],
    ],
    [
      'a script in a package',
      object(packaged('a.js', Buffer.from('x'))),
      ['EXECUTABLE_HIDDEN', 'OFFICE_EMBEDDED_OBJECT'],
    ],
    [
      'an equation of the old editor',
      object(ole1Object('Equation.3', Buffer.alloc(40))),
      ['OFFICE_EMBEDDED_OBJECT', 'OFFICE_EQUATION_OBJECT'],
    ],
    ['the class of an equation', rtf('{\\object{\\*\\objclass Equation.3}}'), ['OFFICE_EQUATION_OBJECT']],
    [
      'an object with macros',
      object(ole1Object('Excel.Sheet.8', compoundOf({ streams: { Workbook: workbookOf(1) } }))),
      ['OFFICE_EMBEDDED_OBJECT', 'OFFICE_MACRO'],
    ],
    [
      'an object that is a link',
      object(ole1Object('htmlfile', Buffer.alloc(4), 1), '\\objautlink'),
      ['OFFICE_ACTIVEX', 'OFFICE_EMBEDDED_OBJECT', 'OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'an object that opens itself',
      object(packaged('a.txt', Buffer.from('x')), '\\objemb\\objupdate'),
      ['OFFICE_AUTO_OBJECT', 'OFFICE_EMBEDDED_OBJECT'],
    ],
    ['a control', rtf('{\\object\\objocx}'), ['OFFICE_ACTIVEX']],
    ['a template from the web', rtf('{\\*\\template http://a.example/x.dot}'), ['OFFICE_EXTERNAL_TEMPLATE']],
    [
      'a template from a share',
      rtf('{\\*\\template \\\\\\\\a.example\\\\x.dot}'),
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'a template written in numbers',
      rtf("{\\*\\template \\'68\\u116?tp://a.example/}"),
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'a question to a program',
      rtf('{\\field{\\*\\fldinst {\\b DD}{\\i EAUTO} cmd "/c calc"}}'),
      ['OFFICE_DDE'],
    ],
    [
      'a picture from the web',
      rtf('{\\field{\\*\\fldinst INCLUDEPICTURE "http://a.example/x.png" \\\\d}}'),
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    ['text behind its end', `${rtf('')} more`, ['TRAILING_DATA']],
    [
      'a program behind its end',
      `${rtf('')}${windowsProgram().toString('latin1')}`,
      ['EXECUTABLE_HIDDEN', 'TRAILING_DATA'],
    ],
  ])('is found to hold %s', async (_what, text, codes) => {
    expect(await codesOf(Buffer.from(text, 'latin1'), 'a.rtf')).toEqual(codes);
    for (const chunkBytes of [1, 3, 61]) {
      expect(await codesOf(Buffer.from(text, 'latin1'), 'a.rtf', { chunkBytes })).toEqual(codes);
    }
  });

  const hex = packaged('a.txt', windowsProgram()).toString('hex');
  it.each([
    ['a group between the digits', `{\\object{\\*\\objdata ${hex.slice(0, 9)}{\\b0}${hex.slice(9)}}}`],
    ['words between the digits', `{\\object{\\*\\objdata ${hex.slice(0, 9)}\\par ${hex.slice(9)}}}`],
    ['characters between the digits', `{\\object{\\*\\objdata ${hex.slice(0, 9)}zz${hex.slice(9)}}}`],
    ['another destination in front of the digits', `{\\object{\\*\\objdata\\fldinst ${hex}}}`],
    [
      'raw bytes of a length that is none',
      `{\\object{\\*\\objdata ${hex.slice(0, 10)}\\bin${'9'.repeat(400)} ${hex.slice(10)}}}`,
    ],
    ['a group that does not end', `{\\object{\\*\\objdata ${hex}`],
    ['a long word in front', `{\\object{\\*\\${'a'.repeat(2_000)}{\\*\\objdata ${hex}}}}`],
  ])('cannot hide a program behind %s', async (_what, body) => {
    const codes = await codesOf(rtf(body), 'a.rtf');
    expect(
      codes.filter((code) => code === 'EXECUTABLE_HIDDEN' || code === 'DOCUMENT_UNREADABLE'),
    ).not.toEqual([]);
  });

  it('may hold raw bytes between the digits', async () => {
    const bytes = packaged('a.txt', windowsProgram());
    const head = Buffer.from(
      `{\\rtf1{\\object{\\*\\objdata ${bytes.subarray(0, 20).toString('hex')}\\bin${bytes.length - 20} `,
    );
    const file = Buffer.concat([head, bytes.subarray(20), Buffer.from('}}}')]);
    expect(await codesOf(file, 'a.rtf')).toContain('EXECUTABLE_HIDDEN');
    expect((await analyse(file, 'a.rtf')).findings.map(({ path }) => path)).toContain('a.txt');
  });

  it('that nests without end comes to a limit', async () => {
    expect(await codesOf(`{\\rtf1${'{'.repeat(200_000)}`, 'a.rtf')).toEqual(['ANALYSIS_LIMIT']);
    expect(await codesOf(`{\\rtf1${'}'.repeat(200_000)}`, 'a.rtf')).toEqual([]);
  });

  it('with an object that says a wrong length cannot be read', async () => {
    const bytes = packaged('a.txt', Buffer.from('x'));
    expect(await codesOf(object(bytes.subarray(0, -4)), 'a.rtf')).toContain('DOCUMENT_UNREADABLE');
  });
});
