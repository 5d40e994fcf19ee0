import { describe, expect, it } from 'vitest';
import { isVerdictReusable } from '../../../src/domain/verdict-reuse.js';

const at = new Date('2026-06-01T12:00:00.000Z');
const MINUTE = 60_000;
const ago = (ms: number): Date => new Date(at.getTime() - ms);
const earlier = {
  engine: 'ClamAV 1.4.6',
  definitionsVersion: '27400',
  coverage: 'WHOLE',
  inspectedAt: ago(MINUTE),
} as const;
const now = { engine: 'ClamAV 1.4.6', definitionsVersion: '27400', isNumbered: true, at };

describe('a verdict over the same bytes', () => {
  it('holds once more with the same engine and definitions', () => {
    expect(isVerdictReusable(earlier, now)).toBe(true);
    const inspectedAt = ago(24 * 60 * MINUTE);
    expect(isVerdictReusable({ ...earlier, inspectedAt }, now)).toBe(true);
    const unnumbered = { ...now, isNumbered: false };
    expect(isVerdictReusable({ ...earlier, inspectedAt: ago(10 * MINUTE) }, unnumbered)).toBe(true);
  });

  it.each([
    ['of other definitions', { definitionsVersion: '27399' }, {}],
    ['of another engine', { engine: 'ClamAV 1.4.5' }, {}],
    ['that was overturned', { definitionsVersion: '', engine: '' }, { definitionsVersion: '', engine: '' }],
    ['without definitions', { definitionsVersion: '' }, { definitionsVersion: '' }],
    ['without an engine', { engine: '' }, { engine: '' }],
    ['of the day before', { inspectedAt: ago(24 * 60 * MINUTE + 1) }, {}],
    ['of a day to come, by a clock that was set back', { inspectedAt: ago(-25 * 60 * MINUTE) }, {}],
    [
      'of definitions without a number, of a time to come',
      { inspectedAt: ago(-11 * MINUTE) },
      { isNumbered: false },
    ],
    [
      'of definitions without a number, of a while ago',
      { inspectedAt: ago(10 * MINUTE + 1) },
      { isNumbered: false },
    ],
    ['in segments', { coverage: 'SEGMENTS' }, {}],
  ] as const)('%s does not', (_, past, present) => {
    expect(isVerdictReusable({ ...earlier, ...past }, { ...now, ...present })).toBe(false);
  });
});
