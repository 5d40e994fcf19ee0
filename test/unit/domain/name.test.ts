import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_NAME_BYTES, normaliseName } from '../../../src/domain/name.js';

const REFUSED: readonly (readonly [string, string])[] = [
  ['empty', ''],
  ['only white space', ' \t '],
  ['a null byte', 'a\u0000.txt'],
  ['a line break', 'a\r\nSet-Cookie: b.txt'],
  ['a C1 control', 'a\u0085.txt'],
  ['a bidi override', 'invoice\u202Egpj.exe'],
  ['a bidi isolate', 'a\u2066b.txt'],
  ['a zero-width space', 'a\u200Bb.txt'],
  ['a byte-order mark', '\uFEFFa.txt\uFEFFb'],
  ['a soft hyphen', 'a\u00ADb.txt'],
  ['a tag character', 'a\u{E0041}.txt'],
  ['a lone surrogate', 'a\uD800.txt'],
  ['a parent directory', '../etc/passwd'],
  ['a Windows path', '..\\boot.ini'],
  ['an absolute path', '/etc/passwd'],
  ['a drive', 'C:autoexec.bat'],
  ['an encoded slash', '..%2f..%2fetc'],
  ['an encoded back-slash', '..%5Cetc'],
  ['an encoded null byte', 'a%00.txt'],
  ['a slash encoded twice', '..%252f..%252fetc'],
  ['an overlong slash', '..%c0%af..%c0%afetc'],
  ['encoded dots', '%2e%2e'],
  ['a non-character', 'a\u{1FFFE}.txt'],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a dot at the end', 'a.txt.'],
  ['a reserved name', 'NUL'],
  ['a reserved name with an extension', 'com1.txt'],
  ['too many bytes', 'a'.repeat(MAX_NAME_BYTES + 1)],
  ['too many bytes in few characters', '\u{1F600}'.repeat(64)],
];

describe('a file name', () => {
  it.each(REFUSED)('is refused with %s', (_what, name) => {
    const outcome = normaliseName(name);
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'INVALID_NAME', field: 'name' } });
  });

  it.each([
    ['report.pdf'],
    ['Grüße aus Köln.txt'],
    ['日本語のファイル.docx'],
    ['.gitignore'],
    ['a'.repeat(MAX_NAME_BYTES)],
    ['100% sure; "quoted" \'name\'.txt'],
    ['console.log'],
  ])('is accepted as it is: %s', (name) => {
    expect(normaliseName(name)).toEqual({ ok: true, value: name.normalize('NFC') });
  });

  it('is put into NFC and loses white space around it', () => {
    expect(normaliseName('  Cafe\u0301.txt ')).toEqual({ ok: true, value: 'Café.txt' });
  });

  it('stays as it is when it is normalised again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (raw) => {
        const once = normaliseName(raw);
        if (once.ok) expect(normaliseName(once.value)).toEqual(once);
      }),
    );
  });

  it('never lets a path, a control character or too many bytes through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (raw) => {
        const name = normaliseName(raw);
        if (!name.ok) return;
        expect(name.value).not.toMatch(/[/\\\p{Cc}\p{Cs}\p{Bidi_Control}]/u);
        expect(Buffer.byteLength(name.value)).toBeLessThanOrEqual(MAX_NAME_BYTES);
      }),
    );
  });
});
