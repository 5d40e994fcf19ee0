import { describe, expect, it } from 'vitest';
import { decide, type Evidence } from '../../../src/domain/decide.js';
import type { File } from '../../../src/domain/file.js';
import { dryRun } from '../../../src/domain/policy-dry-run.js';
import { FIRST_RULES, isNameAllowed, type PolicyRules } from '../../../src/domain/policy.js';
import type { Finding, Verdict } from '../../../src/domain/verdict.js';
import { makeFile } from '../../support/make-file.js';

const HASH = 'a'.repeat(64);
const file = makeFile({ state: 'SCANNING', sizeBytes: 10, name: 'Report.final.PDF' });
const proof: Evidence = {
  reply: { kind: 'ok' },
  sizeBytes: 10,
  sha256: HASH,
  detectedType: 'application/pdf',
  definitionsVersion: '27400',
};
const finding = (code: string, detail: string | null = null): Finding => ({ code, detail, path: null });
const reasonOf = (
  rules: Partial<PolicyRules>,
  evidence: Partial<Evidence> = {},
  changes: Partial<File> = {},
) => decide({ ...file, ...changes }, { ...proof, ...evidence }, { ...FIRST_RULES, ...rules }).reason;

describe('a policy', () => {
  it('looks at the end of a name, whatever its letters are', () => {
    for (const [rules, expected] of [
      [{ deniedExtensions: ['pdf'] }, false],
      [{ deniedExtensions: ['final.pdf'] }, false],
      [{ deniedExtensions: ['df', 'final'] }, true],
      [{ allowedExtensions: ['pdf'] }, true],
      [{ allowedExtensions: ['doc'] }, false],
      [{ allowedExtensions: ['pdf'], deniedExtensions: ['pdf'] }, false],
    ] as const) {
      expect(isNameAllowed({ ...FIRST_RULES, ...rules }, file.name)).toBe(expected);
    }
    expect(isNameAllowed({ ...FIRST_RULES, allowedExtensions: ['pdf'] }, 'pdf')).toBe(false);
  });

  it('accepts a listed type only when that is what the bytes are and what they are said to be', () => {
    const rules = { allowedTypes: ['application/pdf', 'text/*'] };
    expect(reasonOf(rules)).toBeNull();
    expect(reasonOf(rules, { detectedType: 'image/png' })).toBe('TYPE_NOT_ALLOWED');
    expect(reasonOf(rules, {}, { declaredType: 'image/png' })).toBe('TYPE_NOT_ALLOWED');
    const docx = { findings: [], contentType: 'application/vnd.ms-word' };
    expect(reasonOf(rules, { structure: docx })).toBe('TYPE_NOT_ALLOWED');
    const hidden = { findings: [], contentType: 'text/csv' };
    expect(reasonOf(rules, { detectedType: 'application/zip', structure: hidden })).toBeNull();
    expect(reasonOf(rules, { detectedType: null }, { declaredType: 'text/csv' })).toBeNull();
    const unknown = [{ detectedType: null }, { declaredType: null }] as const;
    expect(reasonOf({ allowedTypes: ['text/*'] }, ...unknown)).toBe('TYPE_NOT_ALLOWED');
    expect(reasonOf({ allowedTypes: [] }, ...unknown)).toBeNull();
  });

  it('refuses a denied type by whatever names it, a denied extension, and what is too large by now', () => {
    expect(reasonOf({ deniedTypes: ['application/pdf'] }, { detectedType: null })).toBe('TYPE_NOT_ALLOWED');
    expect(reasonOf({ deniedExtensions: ['pdf'] })).toBe('TYPE_NOT_ALLOWED');
    expect(reasonOf({ maxFileBytes: 9 })).toBe('TOO_LARGE');
    expect(reasonOf({ maxFileBytes: 10 })).toBeNull();
  });

  it('says what findings mean, milder and worse, and never outweighs the scanner', () => {
    const structure = { findings: [finding('OFFICE_MACRO'), finding('EXECUTABLE')], contentType: null };
    const outcomeOf = (rules: Partial<PolicyRules>, reply: Evidence['reply'] = { kind: 'ok' }) => {
      const { outcome, reason } = decide(file, { ...proof, structure, reply }, { ...FIRST_RULES, ...rules });
      return [outcome, reason];
    };
    expect(outcomeOf({})).toEqual(['REJECTED', 'OFFICE_MACRO']);
    expect(outcomeOf({ findingActions: { OFFICE_MACRO: 'ALLOW' } })).toEqual(['CLEAN', null]);
    expect(outcomeOf({ findingActions: { EXECUTABLE: 'INFECTED' } })).toEqual(['INFECTED', 'EXECUTABLE']);
    const lenient = { findingActions: { OFFICE_MACRO: 'ALLOW' } } as const;
    expect(outcomeOf(lenient, { kind: 'encrypted', detail: 'x' })[0]).toBe('UNSCANNABLE');
    expect(outcomeOf(lenient, { kind: 'found', signature: 'x' })[0]).toBe('INFECTED');
  });
});

describe('a dry run', () => {
  const decided = (changes: Partial<Verdict>, stored: Partial<File> = {}) => {
    const verdict: Verdict = {
      ...{ outcome: 'CLEAN', reason: null, findings: [], engine: 'ClamAV', definitionsVersion: '1' },
      ...{ scannedBytes: 10, decidedAt: new Date(0), ...changes },
    };
    return { file: { ...file, sha256: HASH, detectedType: 'application/pdf', ...stored, verdict }, verdict };
  };
  const wouldBe = ({ file: stored, verdict }: ReturnType<typeof decided>, rules: Partial<PolicyRules>) =>
    dryRun(stored, verdict, { ...FIRST_RULES, ...rules }).wouldBe;

  it('decides by what is stored, and by the same rules as an inspection', () => {
    expect(wouldBe(decided({}), {})).toEqual({ outcome: 'CLEAN', reason: null });
    expect(wouldBe(decided({}), { deniedTypes: ['application/pdf'] })).toEqual({
      outcome: 'REJECTED',
      reason: 'TYPE_NOT_ALLOWED',
    });
    const macro = decided({
      outcome: 'REJECTED',
      reason: 'OFFICE_MACRO',
      findings: [finding('OFFICE_MACRO')],
    });
    expect(wouldBe(macro, {})).toEqual({ outcome: 'REJECTED', reason: 'OFFICE_MACRO' });
    expect(wouldBe(macro, { findingActions: { OFFICE_MACRO: 'ALLOW' } })?.outcome).toBe('CLEAN');
    const denied = decided({
      outcome: 'REJECTED',
      reason: 'TYPE_NOT_ALLOWED',
      findings: [finding('TYPE_NOT_ALLOWED')],
    });
    expect(wouldBe(denied, {})?.outcome).toBe('CLEAN');
  });

  it.each([
    ['MALWARE', 'INFECTED'],
    ['SCANNER_LIMIT', 'UNSCANNABLE'],
    ['ENCRYPTED_ARCHIVE', 'UNSCANNABLE'],
  ] as const)('never makes %s clean', (reason, outcome) => {
    const stored = decided({ outcome, reason, findings: [finding(reason, 'x')] });
    expect(wouldBe(stored, { deniedTypes: ['application/pdf'] })).toEqual({ outcome, reason });
  });

  it('says where it cannot know', () => {
    expect(wouldBe(decided({ outcome: 'UNSCANNABLE', reason: 'SCANNER_UNAVAILABLE' }), {})).toBeNull();
    expect(
      wouldBe(decided({ outcome: 'UNSCANNABLE', reason: 'SCANNER_LIMIT' }, { sha256: null }), {}),
    ).toBeNull();
  });
});
