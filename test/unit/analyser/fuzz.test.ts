import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseReport } from '../../../src/adapters/sandbox/reply.js';
import { analyse } from '../../support/analyser/analyse.js';
import { HOSTILE } from '../../support/hostile/corpus.js';
import { tinyGif, tinyJpeg, tinyPng, tinyProgram } from '../../support/hostile/raw-media.js';
import { objectStream, ORDINARY_PDF, rawPdf } from '../../support/hostile/raw-pdf.js';
import { rawTar } from '../../support/hostile/raw-tar.js';
import { rawZip } from '../../support/hostile/raw-zip.js';

const MIB = 1024 * 1024;
const RUNS = Number(process.env['LAZARET_FUZZ_RUNS'] ?? 1_500);
const MOST_BYTES = 20_000;
/** What ends a file that mutation has turned into one that costs much. */
const LIMITS = { maxExpandedBytes: 8 * MIB, maxMembers: 1_000, maxCpuMs: 20_000 };

const ORDINARY: readonly (readonly [name: string, bytes: Buffer])[] = [
  [
    'a.zip',
    rawZip([
      { name: 'a.txt', content: Buffer.from('text') },
      { name: 'b/c.json', isStored: true },
    ]),
  ],
  [
    'a.tar.gz',
    gzipSync(
      rawTar([
        { name: 'a', content: Buffer.from('text') },
        { name: 'l', kind: '2', link: 'a' },
      ]),
    ),
  ],
  ['a.pdf', rawPdf([...ORDINARY_PDF, objectStream(['<< /Type /Font >>'])])],
  ['a.png', tinyPng()],
  ['a.jpg', tinyJpeg()],
  ['a.gif', tinyGif()],
];
const SAMPLES = [
  ...ORDINARY,
  ...HOSTILE.filter(({ isDear }) => isDear !== true)
    .map(({ name, make }) => [name, make()] as const)
    .filter(([, { length }]) => length <= MOST_BYTES),
];

type Change =
  | { readonly kind: 'set'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'copy'; readonly at: number; readonly to: number; readonly length: number };

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
  fc.record({ kind: fc.constant('cut' as const), at, length: fc.nat(200) }),
  fc.record({ kind: fc.constant('copy' as const), at, to: at, length: fc.nat(500) }),
);

function apply(bytes: Buffer, change: Change): Buffer {
  const begin = Math.floor(change.at * bytes.length);
  switch (change.kind) {
    case 'set':
      return Buffer.concat([
        bytes.subarray(0, begin),
        change.bytes,
        bytes.subarray(begin + change.bytes.length),
      ]);
    case 'cut':
      return Buffer.concat([bytes.subarray(0, begin), bytes.subarray(begin + change.length)]);
    case 'copy': {
      const to = Math.floor(change.to * bytes.length);
      const copied = bytes.subarray(begin, begin + change.length);
      return Buffer.concat([bytes.subarray(0, to), copied, bytes.subarray(to)]);
    }
  }
}

const mutated = fc
  .record({ sample: fc.constantFrom(...SAMPLES), changes: fc.array(change, { minLength: 1, maxLength: 6 }) })
  .map(({ sample: [name, bytes], changes }) => ({ name, bytes: changes.reduce(apply, bytes) }));

describe('an analyser', () => {
  it('comes to an end with a report in form, whatever became of the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, fc.constantFrom(64, 4_096, MIB), async ({ name, bytes }, chunkBytes) => {
        const report = await analyse(bytes, name, { chunkBytes, limits: LIMITS });
        expect(parseReport(Buffer.from(JSON.stringify(report)))).toEqual(report);
        // It would be no danger, but no parser is surprised by what it reads.
        expect(report.findings.map(({ detail }) => detail)).not.toContain('A parser failed.');
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it('finds the same however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(mutated, fc.integer({ min: 1, max: 5_000 }), async ({ name, bytes }, chunkBytes) => {
        const whole = await analyse(bytes, name, { chunkBytes: MIB, limits: LIMITS });
        expect(await analyse(bytes, name, { chunkBytes, limits: LIMITS })).toEqual(whole);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  it('finds a program in a zip or behind an image, whatever lies in front of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3_000 }),
        fc.constantFrom(...ORDINARY),
        async (rest, [name]) => {
          const zip = rawZip([
            { name: 'first', content: Buffer.from(rest), isStored: rest.length % 2 === 0 },
            { name: `photo.${name.split('.').at(-1) ?? ''}`, content: tinyProgram() },
          ]);
          const image = Buffer.concat([tinyPng(), Buffer.from(rest), tinyProgram()]);
          for (const [bytes, container] of [
            [zip, 'a.zip'],
            [image, 'a.png'],
          ] as const) {
            const { findings } = await analyse(bytes, container);
            expect(findings.map(({ code }) => code)).toContain('EXECUTABLE_HIDDEN');
          }
        },
      ),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
