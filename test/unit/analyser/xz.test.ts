import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/analyser/budget.js';
import { createReader } from '../../../src/analyser/reading/reader.js';
import { unxz } from '../../../src/analyser/reading/unxz.js';
import { analyse, ANALYSIS_LIMITS, codesOf } from '../../support/analyser/analyse.js';
import { XZ_OF_ZEROS } from '../../support/hostile/packed.js';
import { rawTar } from '../../support/hostile/raw-tar.js';
import { rawXz } from '../../support/hostile/raw-xz.js';

async function expanded(bytes: Buffer, chunkBytes: number): Promise<Buffer> {
  const source = (async function* (): AsyncGenerator<Buffer, undefined> {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + chunkBytes));
    }
  })();
  const pieces: Buffer[] = [];
  const budget = createBudget(ANALYSIS_LIMITS, bytes.length);
  for await (const piece of unxz(createReader(source), budget)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('xz', () => {
  it('becomes what was packed, also in several streams and with padding, however its bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 100_000 }), { minLength: 1, maxLength: 4 }),
        fc.nat(3),
        fc.integer({ min: 1, max: 70_000 }),
        async (contents, padding, chunkBytes) => {
          const streams = contents.flatMap((content) => [
            rawXz(Buffer.from(content)),
            Buffer.alloc(padding * 4),
          ]);
          const found = await expanded(Buffer.concat(streams), chunkBytes);
          expect(found.equals(Buffer.concat(contents))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that a program packed becomes what it was', async () => {
    expect((await expanded(XZ_OF_ZEROS, 100)).equals(Buffer.alloc(1024 * 1024))).toBe(true);
  });

  it('may lie in an xz, in a third one, and a thousand times beside each other', async () => {
    const third = rawXz(rawXz(rawXz(Buffer.from('text'))));
    expect(await codesOf(third, 'a.xz')).toEqual([]);
    const members = Array.from({ length: 1_000 }, (_, index) => ({ name: `${index}.xz`, content: third }));
    expect(await codesOf(rawTar(members), 'a.tar')).toEqual([]);
  });

  it('counts against the bytes that a file may become', async () => {
    const { findings } = await analyse(XZ_OF_ZEROS, 'a.xz', { limits: { maxExpandedBytes: 100_000 } });
    expect(findings.map(({ code }) => code)).toEqual(['ARCHIVE_TOO_LARGE']);
  });
});
