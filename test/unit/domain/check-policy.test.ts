import { describe, expect, it } from 'vitest';
import { applyWish, type PolicyWish } from '../../../src/domain/check-policy.js';
import { FINDINGS, type FindingCode } from '../../../src/domain/finding-codes.js';
import { FIRST_RULES } from '../../../src/domain/policy.js';
import { earlierPolicyVersionsOf, policyVersionOf } from '../../../src/usecases/policy-version.js';

const fieldOf = (wish: PolicyWish): string | undefined => {
  const outcome = applyWish(FIRST_RULES, wish);
  return outcome.ok ? undefined : outcome.fault.field;
};

describe('a wish for another policy', () => {
  it('changes what it names, in one form, and nothing else', () => {
    const wish: PolicyWish = {
      deniedTypes: [' Image/* ', 'text/html', 'image/*'],
      allowedExtensions: ['PDF', 'tar.gz'],
      maxBytesByType: [{ type: 'VIDEO/*', maxBytes: 5 }],
      findingActions: [{ code: 'OFFICE_MACRO', action: 'ALLOW' }],
    };
    expect(applyWish({ ...FIRST_RULES, maxFileBytes: 7 }, wish)).toEqual({
      ok: true,
      value: {
        ...FIRST_RULES,
        maxFileBytes: 7,
        deniedTypes: ['image/*', 'text/html'],
        allowedExtensions: ['pdf', 'tar.gz'],
        maxBytesByType: { 'video/*': 5 },
        findingActions: { OFFICE_MACRO: 'ALLOW' },
      },
    });
    expect(applyWish(FIRST_RULES, {})).toEqual({ ok: true, value: FIRST_RULES });
  });

  it.each<[string, PolicyWish]>([
    ['rules.maxFileBytes', { maxFileBytes: -1 }],
    ['rules.maxFileBytes', { maxFileBytes: 1.5 }],
    ['rules.allowedTypes[1]', { allowedTypes: ['image/png', 'png'] }],
    ['rules.deniedTypes[0]', { deniedTypes: ['*/*'] }],
    ['rules.deniedTypes', { deniedTypes: Array.from({ length: 501 }, (_, index) => `a/b${String(index)}`) }],
    ['rules.allowedExtensions[0]', { allowedExtensions: ['.exe'] }],
    ['rules.deniedExtensions[0]', { deniedExtensions: ['a/b'] }],
    ['rules.maxBytesByType[0].type', { maxBytesByType: [{ type: 'x', maxBytes: 1 }] }],
    ['rules.maxBytesByType[0].maxBytes', { maxBytesByType: [{ type: 'a/b', maxBytes: -1 }] }],
    [
      'rules.maxBytesByType',
      {
        maxBytesByType: [
          { type: 'a/b', maxBytes: 1 },
          { type: 'A/B', maxBytes: 2 },
        ],
      },
    ],
    ['rules.findingActions[0].code', { findingActions: [{ code: 'MALWARE', action: 'ALLOW' }] }],
    ['rules.findingActions[0].code', { findingActions: [{ code: '__proto__', action: 'ALLOW' }] }],
    ['rules.findingActions[0].action', { findingActions: [{ code: 'OFFICE_MACRO', action: 'CLEAN' }] }],
    ['rules.oversize', { oversize: 'CLEAN' }],
  ])('is refused with the field %s', (field, wish) => {
    expect(fieldOf(wish)).toBe(field);
  });

  it('never allows away what was not looked into, nor what nothing honest looks like', () => {
    const refused = (Object.keys(FINDINGS) as FindingCode[]).filter(
      (code) => fieldOf({ findingActions: [{ code, action: 'ALLOW' }] }) !== undefined,
    );
    expect(refused).toEqual(
      expect.arrayContaining(['ARCHIVE_ENCRYPTED', 'DOCUMENT_ENCRYPTED', 'ANALYSIS_LIMIT', 'ARCHIVE_BOMB']),
    );
    expect(refused).toEqual(expect.arrayContaining(['ARCHIVE_UNSUPPORTED', 'ARCHIVE_UNSCANNED']));
    for (const [code, { action, severity }] of Object.entries(FINDINGS)) {
      const isLookedInto = action !== 'UNSCANNABLE' || code === 'ARCHIVE_SCANNER_ONLY';
      const isHarmless = isLookedInto && severity !== 'critical';
      expect(refused.includes(code as FindingCode), code).toBe(!isHarmless);
      for (const worse of ['REJECTED', 'UNSCANNABLE', 'INFECTED']) {
        expect(fieldOf({ findingActions: [{ code, action: worse }] })).toBeUndefined();
      }
    }
  });
});

describe('the name of rules', () => {
  it('is another one for every rule that differs, and the same in another order', () => {
    const wishes: PolicyWish[] = [
      {},
      { maxFileBytes: 1 },
      { deniedTypes: ['a/b'] },
      { allowedTypes: ['a/b'] },
      { deniedExtensions: ['a'] },
      { allowedExtensions: ['a'] },
      { findingActions: [{ code: 'PDF_LAUNCH', action: 'INFECTED' }] },
      { oversize: 'OVERLAPPING_SEGMENTS' },
      { maxBytesByType: [{ type: 'a/b', maxBytes: 1 }] },
    ];
    const names = wishes.map((wish) => {
      const rules = applyWish(FIRST_RULES, wish);
      return rules.ok ? policyVersionOf(rules.value) : 'none';
    });
    expect(new Set(names).size).toBe(wishes.length);
    expect(policyVersionOf({ ...FIRST_RULES, allowedTypes: ['b/b', 'a/a'] })).toBe(
      policyVersionOf({ ...FIRST_RULES, allowedTypes: ['a/a', 'b/b'] }),
    );
  });

  it('is not the one that it was while the analysis found less, and is known by that as well', () => {
    const earlier = [
      'sha256:305c7aa33b40f9af12dc82a8fe321f38',
      'sha256:696575d4d81caf02280106e0fd046ad2',
      'sha256:8d6b47c4e5dcae90dcc722df0821d55e',
    ];
    expect(earlier).not.toContain(policyVersionOf(FIRST_RULES));
    expect(earlierPolicyVersionsOf(FIRST_RULES)).toEqual(earlier);
  });
});
