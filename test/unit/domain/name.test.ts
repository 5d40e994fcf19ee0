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
  ['an overlong slash in three bytes', '..%e0%80%afetc'],
  ['an overlong slash in four bytes', '..%F0%80%80%AFetc'],
  ['an overlong back-slash', '..%c1%9cetc'],
  ['a slash in UTF-16', '..%u002fetc'],
  ['an encoded line break', 'a%0d%0aSet-Cookie: b'],
  ['a full-width slash', '..\uFF0Fetc'],
  ['a full-width back-slash', '..\uFF3Cetc'],
  ['a division slash', '..\u2215etc'],
  ['full-width dots', '\uFF0E\uFF0E'],
  ['a non-character', 'a\u{1FFFE}.txt'],
  ['a dot', '.'],
  ['two dots', '..'],
  ['a dot at the end', 'a.txt.'],
  ['a reserved name', 'NUL'],
  ['a reserved name with an extension', 'com1.txt'],
  ['a reserved name with a space', 'aux .txt'],
  ['a reserved name with a superscript digit', 'LPT\u00B2.log'],
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

  it('is the same whether it came composed or decomposed, and the same again after a way through UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (raw) => {
        const composed = normaliseName(raw.normalize('NFC'));
        expect(normaliseName(raw.normalize('NFD'))).toEqual(composed);
        if (!composed.ok) return;
        expect(composed.value.isWellFormed()).toBe(true);
        expect(composed.value.normalize('NFC')).toBe(composed.value);
        expect(Buffer.from(composed.value, 'utf8').toString('utf8')).toBe(composed.value);
      }),
    );
  });

  it('holds no path however often, and in whatever letter case, it is encoded', () => {
    const secret = fc.constantFrom('/', '\\', '\0', '\n', '../', '..\\');
    const text = fc.string({ unit: fc.constantFrom(...'abcXYZ019 _-'.split(/(?:)/u)), maxLength: 20 });
    fc.assert(
      fc.property(text, secret, text, fc.nat(5), fc.boolean(), (before, hidden, after, depth, isUpper) => {
        let code = [...Buffer.from(hidden)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        for (let round = 0; round < depth; round += 1) code = code.replaceAll('%', '%25');
        const name = `${before}${isUpper ? code.toUpperCase() : code}${after}`;
        expect(normaliseName(name)).toMatchObject({ ok: false, fault: { code: 'INVALID_NAME' } });
      }),
    );
  });

  it('is refused with any character that Unicode lets nobody see, but for the one that emoji have', () => {
    const ignorable = Array.from({ length: 0x11_0000 }, (_, code) => code)
      .filter((code) => code < 0xd8_00 || code > 0xdf_ff)
      .map((code) => String.fromCodePoint(code))
      .filter((character) => /\p{Default_Ignorable_Code_Point}/u.test(character));
    const accepted = ignorable.filter((character) => normaliseName(`a${character}b`).ok);
    expect(accepted).toEqual(['\ufe0f']);
  });

  it('is refused as soon as one unseen character or half of a pair is in it, wherever', () => {
    const unseen = fc.constantFrom(
      ...['\u200b', '\u200e', '\u202e', '\u2066', '\u061c', '\ufeff', '\u00ad', '\u2028', '\u0000', '\u007f'],
      ...['\u{e0061}', '\ud800', '\udc00', '\u180e', '\u3164', '\ufffe'],
    );
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).map((it) => `a${it}a`);
    fc.assert(
      fc.property(text, unseen, text, (before, character, after) => {
        expect(normaliseName(`${before}${character}${after}`).ok).toBe(false);
      }),
    );
  });
});
