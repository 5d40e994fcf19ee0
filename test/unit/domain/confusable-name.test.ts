import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIRST_RULES } from '../../../src/domain/policy.js';
import { findConfusables } from '../../../src/domain/confusable-name.js';
import { decide } from '../../../src/domain/decide.js';
import { makeFile } from '../../support/make-file.js';

describe('a name that can be read as another', () => {
  it.each([
    ['p\u0430ypal.pdf', 'Latin and Cyrillic'],
    ['\u0391pple.txt', 'Greek and Latin'],
    ['invoice.\u0435xe', 'Cyrillic and Latin'],
    ['\u0441\u0447\u0435\u0442.\u0435\u0445\u0435', 'is not Latin'],
    ['invoice.\uff45\uff58\uff45', 'is not Latin'],
    ['\u13aapple.txt', 'Cherokee and Latin'],
  ])('is reported: %s', (name, detail) => {
    expect(findConfusables(name)).toEqual([
      { code: 'CONFUSABLE_NAME', detail: expect.stringContaining(detail) as string, path: null },
    ]);
  });

  it.each([
    'report.pdf',
    'Gr\u00fc\u00dfe aus K\u00f6ln.txt',
    'Отчет за май.pdf',
    'Отчет report v2.docx',
    '日本語のファイル.docx',
    'PDFファイル.pdf',
    '한국어 문서.hwp',
    'Ωmega 3.txt'.replace('Ωmega', 'Ωμέγα'),
    'תיק עבודה.zip',
    'नमस्ते.txt',
    '100% 😀.png',
    'счет',
    '',
  ])('is not made of what people write: %s', (name) => {
    expect(findConfusables(name)).toEqual([]);
  });

  it('is never one of a single script, and nothing that can be typed makes the rule fail', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'абвгдежзийклмн'.split(/(?:)/u)), minLength: 1 }),
        (word) => {
          expect(findConfusables(`${word} ${word}.pdf`)).toEqual([]);
          expect(findConfusables(`${word}a`)).toHaveLength(1);
        },
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => Array.isArray(findConfusables(name))));
  });

  it('is told in the verdict and changes nothing of it', () => {
    const file = makeFile({ state: 'SCANNING', sizeBytes: 1, name: 'p\u0430ypal.pdf' });
    const policy = {
      ...FIRST_RULES,
      ceilingBytes: 1e12,
      maxFileBytes: 9,
      maxBytesByType: {},
      deniedTypes: [],
      directTransfer: false,
      quota: { bytes: 9, files: 9, uploads: 9 },
    };
    const evidence = {
      reply: { kind: 'ok' as const },
      sizeBytes: 1,
      sha256: 'a'.repeat(64),
      detectedType: null,
      definitionsVersion: '1',
    };
    const decision = decide(file, evidence, policy);
    expect(decision).toMatchObject({ outcome: 'CLEAN', reason: null });
    expect(decision.findings.map(({ code }) => code)).toEqual(['CONFUSABLE_NAME']);
  });
});
