import { describe, expect, it } from 'vitest';
import { isOutdated, lastExamination } from '../../../src/domain/examination.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import { makeFile } from '../../support/make-file.js';

const decidedAt = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-02T00:00:00.000Z');
const verdict: Verdict = {
  ...{ outcome: 'CLEAN', reason: null, findings: [], scannedBytes: 1, decidedAt },
  ...{ engine: 'ClamAV 1.4.6', definitionsVersion: '27400' },
};
const copy = {
  ...{ engine: 'ClamAV 1.5.0', definitionsVersion: '27401' },
  ...{ inspectedAt: later, examinedWith: '27401' },
};

describe('an examination', () => {
  it.each([
    ['27400', '27401', true],
    ['9', '10', true],
    ['27401', '27401', false],
    ['27402', '27401', false],
    ['', '27401', true],
    ['', 'local', true],
    ['local', 'local', false],
    ['local', '27401', true],
    ['27401', 'local', true],
  ])('with %j is outdated by %j: %j', (examinedWith, current, expected) => {
    expect(isOutdated(examinedWith, current)).toBe(expected);
  });

  it('is that of the verdict until the bytes came out clean once more', () => {
    const file = makeFile({ state: 'CLEAN', verdict });
    const first = { engine: 'ClamAV 1.4.6', definitionsVersion: '27400', examinedAt: decidedAt };
    expect(lastExamination(file, undefined)).toEqual({ ...first, isPending: false });
    expect(lastExamination(file, { ...copy, definitionsVersion: '', examinedWith: '' })).toEqual({
      ...first,
      isPending: true,
    });
    expect(lastExamination(file, { ...copy, inspectedAt: decidedAt })).toEqual({
      ...first,
      isPending: false,
    });
    const again = { engine: 'ClamAV 1.5.0', definitionsVersion: '27401', examinedAt: later };
    expect(lastExamination(file, copy)).toEqual({ ...again, isPending: false });
  });

  it('is none where no scanner answered', () => {
    expect(lastExamination(makeFile(), undefined)).toBeUndefined();
    const unseen = makeFile({ verdict: { ...verdict, outcome: 'UNSCANNABLE', definitionsVersion: '' } });
    expect(lastExamination(unseen, undefined)).toBeUndefined();
  });
});
