import { describe, expect, it } from 'vitest';
import { compareParts, contiguousParts, withoutOvertaken } from '../../../src/domain/compare-parts.js';
import type { Part } from '../../../src/domain/file.js';

const FILE = { sizeBytes: 25, partSizeBytes: 10 };
const part = (partNumber: number, etag: string, sha256: string | null = null): Part => ({
  partNumber,
  sizeBytes: partNumber === 3 ? 5 : 10,
  etag,
  sha256,
});

describe('the ledger against the list of the store', () => {
  it('takes what the store has, and knows no SHA-256 of it', () => {
    const listed = [part(1, 'a'), { ...part(3, 'c'), md5: 'm' }];
    expect(compareParts(FILE, [], listed)).toEqual({
      enter: [part(1, 'a'), { ...part(3, 'c'), md5: 'm' }],
      drop: [],
    });
  });

  it('keeps what is known of a part whose etag is the same, and forgets it when the bytes were replaced', () => {
    const ledger = [part(1, 'a', 'sha'), part(2, 'b', 'sha')];
    const { enter, drop } = compareParts(FILE, ledger, [part(1, 'a'), part(2, 'other')]);
    expect([enter, drop]).toEqual([[part(2, 'other')], []]);
  });

  it('counts no part of a wrong size or beyond the file, and takes out one that became such', () => {
    const ledger = [part(1, 'a', 'sha')];
    const listed = [{ ...part(1, 'x'), sizeBytes: 11 }, { ...part(2, 'b'), sizeBytes: 9 }, part(4, 'd')];
    expect(compareParts(FILE, ledger, listed)).toEqual({ enter: [], drop: ledger });
  });

  it('takes out what the store has lost, but nothing that the list does not reach', () => {
    const ledger = [part(1, 'a'), part(2, 'b'), part(3, 'c')];
    expect(compareParts(FILE, ledger, [part(2, 'b')], 1).drop).toEqual([part(3, 'c')]);
  });

  it('yields to whoever has written to the ledger since', () => {
    const before = [part(1, 'a'), part(2, 'b')];
    const now = [part(1, 'newer', 'sha'), part(2, 'b'), part(3, 'newer', 'sha')];
    const difference = { enter: [part(1, 'x'), part(3, 'z')], drop: [part(2, 'b')] };
    expect(withoutOvertaken(difference, before, now)).toEqual({ enter: [], drop: [part(2, 'b')] });
    const lost = { enter: [], drop: [part(1, 'a'), part(2, 'b')] };
    expect(withoutOvertaken(lost, before, now)).toEqual({ enter: [], drop: [part(2, 'b')] });
  });

  it('is without a gap up to the first part that is missing', () => {
    expect(contiguousParts([])).toBe(0);
    expect(contiguousParts([part(2, 'b')])).toBe(0);
    expect(contiguousParts([part(1, 'a'), part(2, 'b'), part(4, 'd')])).toBe(2);
  });
});
