import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import yazl from 'yazl';
import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import { rawZip } from '../../support/hostile/raw-zip.js';
import { nestedZip, overlappingZip, quotedOverlapZip } from '../../support/hostile/zip-bombs.js';

const MIB = 1024 * 1024;

/** Sizes stand behind the members, as they do where a zip was written while its members were read. */
async function streamedZip(members: readonly Buffer[], compress: boolean): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  members.forEach((content, index) =>
    zip.addReadStream(Readable.from([content]), `${String(index)}.txt`, { compress }),
  );
  zip.end();
  return buffer(zip.outputStream);
}

describe('an honest zip', () => {
  it.each([true, false])(
    'whose sizes stand behind its members has no finding (packed: %s)',
    async (packed) => {
      const members = Array.from({ length: 500 }, (_, index) =>
        Buffer.alloc(index % 90, `text ${String(index)}`),
      );
      const bytes = await streamedZip([...members, randomBytes(70_000), Buffer.alloc(300_000)], packed);
      for (const chunkBytes of [333, 16 * 1024, MIB]) {
        expect(await analyse(bytes, 'a.zip', { chunkBytes })).toEqual({
          findings: [],
          contentType: 'application/zip',
        });
      }
    },
  );

  it('in zips, eight deep, has no finding', async () => {
    expect((await analyse(nestedZip(8, 'a.txt', Buffer.from('text')), 'a.zip')).findings).toEqual([]);
  });

  it('of nothing has no finding', async () => {
    expect((await analyse(rawZip([]), 'a.zip')).findings).toEqual([]);
  });

  it('with a link within reports it and no more', async () => {
    const zip = rawZip([
      { name: 'a/b.txt', content: Buffer.from('text') },
      { name: 'a/link', content: Buffer.from('../a/b.txt'), central: { mode: 0o120777 } },
    ]);
    expect(await codesOf(zip, 'a.zip')).toEqual(['ARCHIVE_LINK']);
  });
});

describe('a zip that would cost too much', () => {
  it.each([
    ['its kernel', overlappingZip(500, MIB), 1],
    ['its quoted members', quotedOverlapZip(250, MIB), 1],
  ])('is expanded no further than %s once', async (_what, bytes, times) => {
    // A second copy of the kernel would end it by the limit.
    const codes = await codesOf(bytes, 'a.zip', { limits: { maxExpandedBytes: (times + 0.5) * MIB } });
    expect(codes).toContain('ARCHIVE_OVERLAP');
    expect(codes).not.toContain('ARCHIVE_TOO_LARGE');
  });

  it('is left at the first byte beyond the limit, and what is left is not asked for', async () => {
    let asked = 0;
    const content = rawZip([{ name: 'a', content: randomBytes(4 * MIB), isStored: true }]);
    const { findings } = await analyse(content, 'a.zip', {
      limits: { maxExpandedBytes: MIB },
      onChunk: () => (asked += 1),
    });
    expect(findings.map(({ code }) => code)).toEqual(['ARCHIVE_TOO_LARGE']);
    expect(asked * 64 * 1024).toBeLessThan(1.5 * MIB);
  });

  it('by the length of its names is left as well', async () => {
    const members = Array.from({ length: 600 }, (_, index) => ({
      name: String(index).padStart(60_000, 'x'),
      isStored: true,
    }));
    expect(await codesOf(rawZip(members), 'a.zip')).toEqual(['ARCHIVE_TOO_MANY_MEMBERS']);
  });
});
