import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createThreadedDigester } from '../../../src/adapters/sha256/threaded-digester.js';

const LARGE = 64 * 1024 * 1024;
const SMALL = 1;
const sha256 = (...pieces: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};

describe.each([
  ['on a thread of its own', LARGE],
  ['on the same thread', SMALL],
])('a digest that is computed %s', (_, sizeBytes) => {
  const digester = createThreadedDigester();

  it('is that of the whole and of every piece, however the bytes come', async () => {
    const pieces = fc.array(fc.array(fc.nat(700_000), { maxLength: 5 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pieces, async (sizes) => {
        const cuts = sizes.map((of) => of.map((size) => randomBytes(size)));
        const digest = digester.begin(sizeBytes, true);
        const found: Promise<string>[] = [];
        for (const chunks of cuts) {
          for (const chunk of chunks) await digest.update(Uint8Array.from(chunk));
          found.push(digest.cut());
        }
        expect(await Promise.all(found)).toEqual(cuts.map((chunks) => sha256(...chunks)));
        expect(await digest.finish()).toBe(sha256(...cuts.flat()));
      }),
      { numRuns: 25 },
    );
  });

  it('does not see what is written over bytes that it has taken', async () => {
    const bytes = Buffer.alloc(200_000, 'a');
    const digest = digester.begin(sizeBytes, false);
    for (let round = 0; round < 40; round += 1) {
      bytes.fill(97 + (round % 26));
      await digest.update(bytes);
    }
    const rounds = Array.from({ length: 40 }, (__, round) => Buffer.alloc(200_000, 97 + (round % 26)));
    expect(await digest.finish()).toBe(sha256(...rounds));
  });

  it('keeps bodies apart that come at the same time', async () => {
    const bodies = Array.from({ length: 6 }, () => Array.from({ length: 9 }, () => randomBytes(300_000)));
    const found = bodies.map(async (chunks) => {
      const digest = digester.begin(sizeBytes, false);
      for (const chunk of chunks) await digest.update(chunk);
      return digest.finish();
    });
    expect(await Promise.all(found)).toEqual(bodies.map((chunks) => sha256(...chunks)));
  });

  it('refuses to cut what was begun as one piece', async () => {
    const digest = digester.begin(sizeBytes, false);
    await expect(digest.cut()).rejects.toThrow('one piece');
    digest.abort();
  });
});

describe('a digest that was given up', () => {
  it('leaves the memory to the others', async () => {
    const digester = createThreadedDigester();
    for (let round = 0; round < 50; round += 1) {
      const digest = digester.begin(LARGE, true);
      await digest.update(randomBytes(600_000));
      digest.abort();
    }
    const bytes = randomBytes(5_000_000);
    const digest = digester.begin(LARGE, false);
    await digest.update(bytes);
    expect(await digest.finish()).toBe(sha256(bytes));
  });

  it('has no digest any more', async () => {
    const digest = createThreadedDigester().begin(LARGE, false);
    digest.abort();
    await expect(digest.finish()).rejects.toThrow('given up');
  });
});
