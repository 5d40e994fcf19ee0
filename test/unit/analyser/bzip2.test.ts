import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/analyser/budget.js';
import { unbzip2 } from '../../../src/analyser/bzip2/unbzip2.js';
import { createReader } from '../../../src/analyser/reading/reader.js';
import { ANALYSIS_LIMITS, codesOf } from '../../support/analyser/analyse.js';
import { overflowingBzip2, rawBzip2 } from '../../support/hostile/raw-bzip2.js';

async function expanded(bytes: Buffer, chunkBytes: number): Promise<{ content: Buffer; rest: string }> {
  const source = (async function* (): AsyncGenerator<Buffer, undefined> {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
    }
  })();
  const reader = createReader(source);
  const pieces: Buffer[] = [];
  for await (const piece of unbzip2(reader, createBudget(ANALYSIS_LIMITS, bytes.length))) pieces.push(piece);
  return { content: Buffer.concat(pieces), rest: (await reader.peek(100)).toString() };
}

/** Of few bytes, repeated often, as well as of all. */
const content = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 600 })), { maxLength: 12 })
  .map((parts) =>
    Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))),
  );

describe('bzip2', () => {
  it('becomes what libbzip2 packed, however its bytes come, and what follows is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5_000 }),
        async (bytes, level, chunkBytes) => {
          const packed = Buffer.concat([rawBzip2(bytes, level), Buffer.from('what follows')]);
          const { content: found, rest } = await expanded(packed, chunkBytes);
          expect(found.equals(bytes)).toBe(true);
          expect(rest).toBe('what follows');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('of several blocks becomes one content', async () => {
    const bytes = Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index * 7919}\n`).join(''));
    expect(bytes.length).toBeGreaterThan(300_000);
    expect((await expanded(rawBzip2(bytes, 1), 64 * 1024)).content.equals(bytes)).toBe(true);
  });

  it('that repeats a byte more often than can be counted is corrupt, and over at once', async () => {
    const before = performance.now();
    expect(await codesOf(overflowingBzip2(), 'a.bz2')).toEqual(['ARCHIVE_CORRUPT']);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
