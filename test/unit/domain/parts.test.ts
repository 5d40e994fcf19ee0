import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseDirectPartSize,
  choosePartSize,
  countParts,
  DEFAULT_PART_BYTES,
  MAX_FILE_BYTES,
  MAX_PART_BYTES,
  MAX_PARTS,
  MIN_PART_BYTES,
  missingParts,
  partSizeAt,
  settlePartSize,
  type FirstRequest,
} from '../../../src/domain/parts.js';

const MIB = 1024 ** 2;
const sizes = fc.integer({ min: 0, max: MAX_FILE_BYTES });

describe('the parts of a file', () => {
  it('keep within the limits of S3, whatever the size and the wish', () => {
    fc.assert(
      fc.property(sizes, fc.option(fc.maxSafeNat(), { nil: undefined }), (sizeBytes, wish) => {
        const partSize = choosePartSize(sizeBytes, wish);
        expect(partSize).toBeGreaterThanOrEqual(MIN_PART_BYTES);
        expect(partSize).toBeLessThanOrEqual(MAX_PART_BYTES);
        expect(countParts(sizeBytes, partSize)).toBeLessThanOrEqual(MAX_PARTS);
      }),
    );
  });

  it.each([
    [1, 8],
    [64, 8],
    [65, 9],
    [256, 32],
    [100 * 1024, 32],
    [400 * 1024, 41],
  ])('grow with a file of %d MiB to %d MiB where nobody has a wish', (sizeMib, partMib) => {
    expect(choosePartSize(sizeMib * 1024 ** 2)).toBeCloseTo(partMib * 1024 ** 2, -5);
  });

  it('add up to the file, to the byte', () => {
    fc.assert(
      fc.property(
        fc.nat(2 ** 31),
        fc.integer({ min: MIN_PART_BYTES, max: MAX_PART_BYTES }),
        (sizeBytes, partSize) => {
          const numbers = Array.from({ length: countParts(sizeBytes, partSize) }, (_, index) => index + 1);
          const total = numbers.reduce(
            (sum, number) => sum + (partSizeAt(sizeBytes, partSize, number) ?? NaN),
            0,
          );
          expect(total).toBe(sizeBytes);
        },
      ),
    );
  });

  it('keep to the limits of S3 when they go straight to the store, and grow with the file', () => {
    const largest = 5 * 1024 ** 3;
    fc.assert(
      fc.property(
        fc.nat({ max: 5 * 1024 ** 4 }),
        fc.option(fc.integer({ min: 1, max: 2 * largest }), { nil: undefined }),
        (sizeBytes, wish) => {
          const partSize = chooseDirectPartSize(sizeBytes, wish);
          expect(partSize).toBeGreaterThanOrEqual(MIN_PART_BYTES);
          expect(partSize).toBeLessThanOrEqual(largest);
          const most = wish === undefined ? Math.max(1_000, Math.ceil(sizeBytes / largest)) : MAX_PARTS;
          expect(countParts(sizeBytes, partSize)).toBeLessThanOrEqual(most);
        },
      ),
    );
    expect(chooseDirectPartSize(1)).toBe(DEFAULT_PART_BYTES);
  });

  describe('of a sender who is not told of them', () => {
    const open = { partSizeBytes: 32 * MIB, isPartSizeOpen: true };
    const first = (requestBytes: number | undefined, changes: Partial<FirstRequest> = {}) =>
      settlePartSize(open, {
        requestBytes,
        limitBytes: 1024 * MIB,
        minPartBytes: MIN_PART_BYTES,
        ...changes,
      });
    const settled = (partSizeBytes: number) => ({ partSizeBytes, isPartSizeOpen: false });

    it('are requests, some of them or whole numbers of one, within the bounds', () => {
      const request = fc.integer({ min: 1, max: MAX_PART_BYTES });
      fc.assert(
        fc.property(
          request,
          sizes,
          fc.integer({ min: 1, max: MIN_PART_BYTES }),
          (requestBytes, limitBytes, min) => {
            const { partSizeBytes, isPartSizeOpen } = first(requestBytes, { limitBytes, minPartBytes: min });
            expect(isPartSizeOpen).toBe(false);
            if (partSizeBytes === open.partSizeBytes) return;
            expect(requestBytes).toBeLessThan(limitBytes);
            expect(partSizeBytes).toBeGreaterThanOrEqual(min);
            expect(partSizeBytes).toBeLessThanOrEqual(32 * MIB);
            expect(countParts(limitBytes, partSizeBytes)).toBeLessThanOrEqual(MAX_PARTS);
            expect(Math.min(partSizeBytes % requestBytes, requestBytes % partSizeBytes)).toBe(0);
          },
        ),
      );
    });

    it.each([
      ['a request', 8 * MIB, 8 * MIB],
      ['a third of a large request', 90_000_000, 30_000_000],
      ['more of it where a third leaves a rest', 32 * MIB * 2 + 5, (32 * MIB * 2 + 5) / 3],
      ['as few requests as make up a usual one where those are small', 4_000_000, 12_000_000],
      ['as ever where the request has a prime number of bytes', 67_108_859, 32 * MIB],
    ])('are %s', (_what, requestBytes, partSizeBytes) => {
      expect(first(requestBytes)).toEqual(settled(partSizeBytes));
    });

    it('are larger where there would be too many, and as ever where those would be too large', () => {
      expect(first(8 * MIB, { limitBytes: 100_000 * MIB })).toEqual(settled(16 * MIB));
      expect(first(24 * MIB, { limitBytes: 300_000 * MIB })).toEqual(settled(32 * MIB));
    });

    it('are as ever where a request brings the whole file', () => {
      expect(first(1024 * MIB)).toEqual(settled(32 * MIB));
    });

    it('are still open after a request that brings nothing, or does not say how much', () => {
      expect(first(0)).toEqual(open);
      expect(first(undefined)).toEqual(open);
    });

    it('are what was settled before', () => {
      const request = { requestBytes: MIB, limitBytes: 2 * MIB, minPartBytes: 1 };
      expect(settlePartSize(settled(9), request)).toEqual(settled(9));
    });
  });

  it.each([0, -1, 1.5, 4, NaN])('do not include number %s of three', (number) => {
    expect(partSizeAt(3 * MIN_PART_BYTES, MIN_PART_BYTES, number)).toBeUndefined();
  });

  it('are none for a file of zero bytes', () => {
    expect(countParts(0, DEFAULT_PART_BYTES)).toBe(0);
    expect(partSizeAt(0, DEFAULT_PART_BYTES, 1)).toBeUndefined();
  });

  it('are missing until they are in the ledger', () => {
    const part = (partNumber: number) => ({ partNumber, sizeBytes: 1, etag: 'e', sha256: null });
    expect(missingParts(4, [part(3), part(1)])).toEqual([2, 4]);
    expect(missingParts(0, [])).toEqual([]);
  });
});
