import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPartMac } from '../../../src/usecases/part-mac.js';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import { macsOf } from '../../support/blocks-of.js';

const LARGE = 64 * 1024 * 1024;
const SMALL = 1;
const sha256 = (...pieces: readonly Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};
const KEY = randomBytes(16);
const GAP = randomBytes(10);
const mac = (...pieces: readonly Uint8Array[]): string => {
  const made = createPartMac(KEY);
  for (const piece of pieces) made.update(piece);
  return made.finish();
};

describe.each([
  ['on a thread of its own', LARGE],
  ['on the same thread', SMALL],
])('a digest that is computed %s', (_, sizeBytes) => {
  const digester = createThreadedDigester();

  it('is that of the whole, however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(700_000), { maxLength: 8 }), async (sizes) => {
        const chunks = sizes.map((size) => randomBytes(size));
        const digest = digester.begin(sizeBytes);
        for (const chunk of chunks) await digest.update(Uint8Array.from(chunk));
        expect(await digest.finish()).toBe(sha256(...chunks));
      }),
      { numRuns: 25 },
    );
  });

  it('does not see what is written over bytes that it has taken', async () => {
    const bytes = Buffer.alloc(200_000, 'a');
    const digest = digester.begin(sizeBytes);
    for (let round = 0; round < 40; round += 1) {
      bytes.fill(97 + (round % 26));
      await digest.update(bytes);
    }
    const rounds = Array.from({ length: 40 }, (__, round) => Buffer.alloc(200_000, 97 + (round % 26)));
    expect(await digest.finish()).toBe(sha256(...rounds));
  });

  it('lets memory go that threads share, once it has read it', async () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(200_000));
    const digest = digester.begin(sizeBytes);
    for (let round = 0; round < 40; round += 1) {
      bytes.fill(97 + (round % 26));
      await digest.update(bytes.subarray(round));
    }
    const rounds = Array.from({ length: 40 }, (__, round) =>
      Buffer.alloc(200_000 - round, 97 + (round % 26)),
    );
    expect(await digest.finish()).toBe(sha256(...rounds));
  });

  it('keeps bodies apart that come at the same time', async () => {
    const bodies = Array.from({ length: 6 }, () => Array.from({ length: 9 }, () => randomBytes(300_000)));
    const found = bodies.map(async (chunks) => {
      const digest = digester.begin(sizeBytes);
      for (const chunk of chunks) await digest.update(chunk);
      return digest.finish();
    });
    expect(await Promise.all(found)).toEqual(bodies.map((chunks) => sha256(...chunks)));
  });

  it('has no MAC of a part that was not begun', async () => {
    const digest = digester.begin(sizeBytes);
    await expect(digest.endPart()).rejects.toThrow('no such part');
    digest.abort();
  });
});

describe('a digest of a body in parts', () => {
  const digester = createThreadedDigester();

  it('is that of the whole, beside the MAC of every part, however the bytes come', async () => {
    const pieces = fc.array(fc.array(fc.nat(700_000), { maxLength: 5 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pieces, async (sizes) => {
        const cuts = sizes.map((of) => of.map((size) => randomBytes(size)));
        const digest = digester.begin(SMALL, { isDivided: true });
        const found: Promise<string>[] = [];
        for (const chunks of cuts) {
          digest.beginPart(KEY);
          for (const chunk of chunks) await digest.update(Uint8Array.from(chunk));
          found.push(digest.endPart());
          await digest.update(GAP);
        }
        expect(await Promise.all(found)).toEqual(cuts.map((chunks) => mac(...chunks)));
        expect(await digest.finish()).toBe(sha256(...cuts.flatMap((chunks) => [...chunks, GAP])));
      }),
      { numRuns: 25 },
    );
  });

  it('holds no process back from its end', async () => {
    const holding = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = holding();
    const own = createThreadedDigester().begin(SMALL, { isDivided: true });
    await own.update(KEY);
    await own.finish();
    expect(holding()).toBe(before);
  });

  it('ends each part once', async () => {
    const digest = digester.begin(SMALL, { isDivided: true });
    digest.beginPart(KEY);
    expect(await digest.endPart()).toBe(mac());
    await expect(digest.endPart()).rejects.toThrow('no such part');
    digest.abort();
  });
});

describe('a digest of a body in blocks', () => {
  const digester = createThreadedDigester();

  it('is that of the whole, beside the MAC of every block, however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(700_000), { maxLength: 5 }),
        fc.constantFrom(1_000, 65_536, 262_144, 1_000_000),
        async (sizes, blockBytes) => {
          const chunks = sizes.map((size) => randomBytes(size));
          const digest = digester.begin(SMALL, { blockBytes });
          for (const chunk of chunks) await digest.update(Uint8Array.from(chunk));
          const macs = await digest.endBlocks();
          const key = Buffer.from(macs.slice(0, 32), 'hex');
          expect(macs).toBe(macsOf(Buffer.concat(chunks), blockBytes, key).toString('hex'));
          expect(await digest.finish()).toBe(sha256(...chunks));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has another key for every body', async () => {
    const keys = [1, 2].map(async () => {
      const digest = digester.begin(SMALL, { blockBytes: 10 });
      const macs = await digest.endBlocks();
      digest.abort();
      return macs;
    });
    const [one = '', other = ''] = await Promise.all(keys);
    expect([one.length, other.length, one === other]).toEqual([32, 32, false]);
  });

  it.each([LARGE, SMALL])('has no MACs where none were wished for (%d)', async (sizeBytes) => {
    const digest = digester.begin(sizeBytes);
    expect(await digest.endBlocks()).toBe('');
    digest.abort();
  });
});

describe('a digest that was given up', () => {
  it('leaves the memory to the others', async () => {
    const digester = createThreadedDigester();
    for (let round = 0; round < 50; round += 1) {
      const digest = digester.begin(LARGE);
      await digest.update(randomBytes(600_000));
      digest.abort();
    }
    const bytes = randomBytes(5_000_000);
    const digest = digester.begin(LARGE);
    await digest.update(bytes);
    expect(await digest.finish()).toBe(sha256(bytes));
  });

  it('has no digest any more', async () => {
    const digest = createThreadedDigester().begin(LARGE);
    digest.abort();
    await expect(digest.finish()).rejects.toThrow('given up');
  });
});
