import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import {
  SEVEN_ZIP,
  SEVEN_ZIP_BZIP2_OF_VIRUS,
  SEVEN_ZIP_ENCRYPTED,
  SEVEN_ZIP_HIDDEN,
  SEVEN_ZIP_OF_VIRUS,
  SEVEN_ZIP_PLAIN,
} from '../../support/hostile/packed.js';
import { rawTar } from '../../support/hostile/raw-tar.js';

describe('a 7z', () => {
  it.each([
    ['by LZMA2, its list by LZMA', SEVEN_ZIP, 'ARCHIVE_SCANNER_ONLY'],
    ['by LZMA2, its list as it is', SEVEN_ZIP_PLAIN, 'ARCHIVE_SCANNER_ONLY'],
    ['with two members in one', SEVEN_ZIP_OF_VIRUS, 'ARCHIVE_SCANNER_ONLY'],
    ['by bzip2, which the scanner does not open', SEVEN_ZIP_BZIP2_OF_VIRUS, 'ARCHIVE_UNSUPPORTED'],
    ['encrypted', SEVEN_ZIP_ENCRYPTED, 'ARCHIVE_ENCRYPTED'],
    ['encrypted with its list', SEVEN_ZIP_HIDDEN, 'ARCHIVE_ENCRYPTED'],
    ['cut off', SEVEN_ZIP.subarray(0, -1), 'ARCHIVE_CORRUPT'],
    ['without its list', SEVEN_ZIP.subarray(0, 100), 'ARCHIVE_CORRUPT'],
  ])('packed %s is %s', async (_way, bytes, code) => {
    for (const chunkBytes of [64 * 1024, 7]) {
      expect(await codesOf(bytes, 'a.7z', { chunkBytes })).toEqual([code]);
    }
    expect(await codesOf(rawTar([{ name: 'a.7z', content: bytes }]), 'a.tar')).toEqual([code]);
  });

  it('with another list than it says is never left to the scanner alone', async () => {
    const samples = fc.constantFrom(SEVEN_ZIP, SEVEN_ZIP_PLAIN);
    await fc.assert(
      fc.asyncProperty(samples, fc.nat(), fc.integer({ min: 1, max: 255 }), async (sample, place, change) => {
        const bytes = Buffer.from(sample);
        // The start and the list, as far as checksums guard them.
        const guarded = [...Array(24).keys()].map((index) => index + 8);
        const list = Array.from({ length: sample.readUInt32LE(20) }, (_, index) => sample.length - 1 - index);
        const all = [...guarded, ...list];
        const at = all[place % all.length] ?? 8;
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        const { findings } = await analyse(bytes, 'a.7z');
        expect(findings.map(({ code }) => code)).toContain('ARCHIVE_CORRUPT');
      }),
      { numRuns: 300 },
    );
  });
});
