import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBorder } from '../../../src/adapters/clamav/self-test/find-border.js';
import type { ScanReply } from '../../../src/domain/verdict.js';

const MIB = 1024 * 1024;
const CEILING_MIB = 2047;

/** What a clamd says that has these limits; it meets the whole before the member, as clamd does. */
const clamdWith =
  (maxFileBytes: number, maxScanBytes: number, asked: number[] = []) =>
  (sizeBytes: number): Promise<ScanReply> => {
    asked.push(sizeBytes);
    const limit = (name: string): ScanReply => ({
      kind: 'limit',
      detail: `Heuristics.Limits.Exceeded.${name}`,
    });
    if (1024 + sizeBytes > maxScanBytes) return Promise.resolve(limit('MaxScanSize'));
    if (sizeBytes > maxFileBytes) return Promise.resolve(limit('MaxFileSize'));
    return Promise.resolve({ kind: 'ok' });
  };

const mebibytes = fc.integer({ min: 1, max: CEILING_MIB });

describe('the border of what a clamd looks into', () => {
  it('is found where the whole is not allowed to be larger than a member', async () => {
    await fc.assert(
      fc.asyncProperty(mebibytes, mebibytes, async (one, other) => {
        const [scanMib, fileMib] = [Math.min(one, other), Math.max(one, other)];
        const border = await findBorder(clamdWith(fileMib * MIB, scanMib * MIB));
        if ('wrong' in border) throw new Error(border.wrong);
        expect(border.passedBytes).toBeLessThan(scanMib * MIB);
        expect(border.refusedBytes).toBeGreaterThan(scanMib * MIB - 1024 - 1);
        expect(border.refusedBytes - border.passedBytes).toBeLessThanOrEqual(MIB / 2);
      }),
    );
  });

  it('is never taken for harmless where members are cut off before the whole is too large', async () => {
    await fc.assert(
      fc.asyncProperty(mebibytes, mebibytes, async (one, other) => {
        fc.pre(one !== other);
        const [fileMib, scanMib] = [Math.min(one, other), Math.max(one, other)];
        expect(await findBorder(clamdWith(fileMib * MIB, scanMib * MIB))).toHaveProperty(
          'wrong',
          expect.stringContaining('MaxScanSize'),
        );
      }),
    );
  });

  it('costs three questions where it is as configured here, or as it was the last time', async () => {
    const asked: number[] = [];
    const first = await findBorder(clamdWith(CEILING_MIB * MIB, CEILING_MIB * MIB, asked));
    expect(asked).toHaveLength(3);
    const other = await findBorder(clamdWith(25 * MIB, 25 * MIB));
    if ('wrong' in first || 'wrong' in other) throw new Error('A good clamd was refused.');
    await findBorder(clamdWith(25 * MIB, 25 * MIB, asked), other);
    expect(asked).toHaveLength(6);
    await expect(findBorder(clamdWith(10 * MIB, 100 * MIB), other)).resolves.toHaveProperty('wrong');
  });

  it.each<[string, ScanReply]>([
    ['OK', { kind: 'ok' }],
    ['infected', { kind: 'found', signature: 'Eicar' }],
    ['encrypted', { kind: 'encrypted', detail: 'Heuristics.Encrypted.Zip' }],
    ['too deep', { kind: 'limit', detail: 'Heuristics.Limits.Exceeded.MaxRecursion' }],
  ])('is not there for a clamd that calls everything %s', async (_, reply) => {
    expect(await findBorder(() => Promise.resolve(reply))).toHaveProperty('wrong');
  });

  it('is not believed of a clamd that contradicts itself', async () => {
    let calls = 0;
    const fickle = (): Promise<ScanReply> =>
      Promise.resolve(
        calls++ % 2 === 0
          ? { kind: 'limit', detail: 'Heuristics.Limits.Exceeded.MaxScanSize' }
          : { kind: 'ok' },
      );
    expect(await findBorder(fickle, { passedBytes: 30 * MIB, refusedBytes: 30 * MIB })).toEqual({
      wrong: 'contradicts itself about the size of members',
    });
  });
});
