import { describe, expect, it } from 'vitest';
import { rank } from '../../../src/adapters/clamav/rank.js';

const idle = { isOutdated: false, failures: 0, sessions: 0, bytes: 0 };
const names = (candidates: readonly { name: string }[]): string =>
  candidates.map(({ name }) => name).join('');

describe('of several clamds', () => {
  it('equals take turns', () => {
    const candidates = ['a', 'b', 'c'].map((name) => ({ ...idle, name }));
    expect([0, 1, 2, 3].map((turn) => names(rank(candidates, turn)))).toEqual(['abc', 'bca', 'cab', 'abc']);
  });

  it('the one with the fewest sessions comes first, of equals the one with the fewest bytes', () => {
    const candidates = [
      { ...idle, name: 'a', sessions: 2 },
      { ...idle, name: 'b', sessions: 1, bytes: 2_000 },
      { ...idle, name: 'c', sessions: 1, bytes: 1_000 },
    ];
    for (let turn = 0; turn < 3; turn += 1) expect(names(rank(candidates, turn))).toBe('cba');
  });

  it('one that failed of late comes after the busy ones, and old definitions come last of all', () => {
    const candidates = [
      { ...idle, name: 'a', isOutdated: true },
      { ...idle, name: 'b', failures: 1 },
      { ...idle, name: 'c', sessions: 9, bytes: 9e9 },
    ];
    for (let turn = 0; turn < 3; turn += 1) expect(names(rank(candidates, turn))).toBe('cba');
  });

  it('none is none', () => {
    expect(rank([], 5)).toEqual([]);
  });
});
