import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockBytesOf, MIN_BLOCK_BYTES } from '../../../src/domain/block-macs.js';
import type { ByteRange } from '../../../src/ports/object-store.js';
import { hasProvableRanges, readProven } from '../../../src/usecases/contents/read-proven.js';
import { macsOf, readingMacs } from '../../support/blocks-of.js';

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Opens bytes in chunks of one size, as a store would. */
const opening = (stored: Buffer, chunkBytes: number) => (range?: ByteRange) => {
  const part = range ? stored.subarray(range.start, range.end + 1) : stored;
  const chunks = Array.from({ length: Math.ceil(part.length / chunkBytes) }, (_, index) =>
    part.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  return Promise.resolve({ sizeBytes: stored.length, body: Readable.from(chunks, { objectMode: false }) });
};

/** A content, a range of it, how large its blocks are and how large the chunks of the store. */
const reading = fc
  .record({
    content: fc.integer({ min: 1, max: 1_000 }).map((size) => randomBytes(size)),
    blockBytes: fc.integer({ min: 1, max: 300 }),
    chunkBytes: fc.integer({ min: 1, max: 400 }),
    from: fc.nat(),
    length: fc.nat(),
    flipped: fc.nat(),
  })
  .map(({ content, from, length, flipped, ...sizes }) => {
    const start = from % content.length;
    const range = { start, end: start + (length % (content.length - start)) };
    return { content, range, flipped: flipped % content.length, ...sizes };
  });

const inspected = (content: Buffer, blockBytes: number) => ({
  sizeBytes: content.length,
  sha256: sha256Of(content),
  blocks: { blockBytes, readMacs: readingMacs(macsOf(content, blockBytes)) },
});

describe('a range of proven content', () => {
  it('is the bytes that were asked for, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(reading, async ({ content, range, blockBytes, chunkBytes }) => {
        const { body } = await readProven(
          inspected(content, blockBytes),
          opening(content, chunkBytes),
          range,
        );
        expect((await buffer(body)).equals(content.subarray(range.start, range.end + 1))).toBe(true);
      }),
    );
  });

  it('holds no byte of a block that was changed, and fails when it meets one', async () => {
    await fc.assert(
      fc.asyncProperty(reading, async ({ content, range, blockBytes, chunkBytes, flipped }) => {
        const stored = Buffer.from(content);
        stored[flipped] = (stored[flipped] ?? 0) ^ 1;
        const { body } = await readProven(inspected(content, blockBytes), opening(stored, chunkBytes), range);
        const seen: Buffer[] = [];
        body.on('data', (chunk: Buffer) => seen.push(chunk));
        const failure = await new Promise((resolve) => body.on('error', resolve).on('end', resolve));
        const blockOf = (at: number): number => Math.floor(at / blockBytes);
        const isMet = blockOf(range.start) <= blockOf(flipped) && blockOf(flipped) <= blockOf(range.end);
        const end = isMet ? Math.max(blockOf(flipped) * blockBytes, range.start) : range.end + 1;
        expect(failure instanceof Error).toBe(isMet);
        expect(Buffer.concat(seen).equals(content.subarray(range.start, end))).toBe(true);
      }),
    );
  });

  it('does not take a block for another', async () => {
    const content = randomBytes(30);
    const stored = Buffer.concat([content.subarray(10, 20), content.subarray(0, 10), content.subarray(20)]);
    const { body } = await readProven(inspected(content, 10), opening(stored, 7), { start: 0, end: 0 });
    await expect(buffer(body)).rejects.toThrow('other bytes');
  });

  it('fails when the store gives fewer bytes than it said, or more', async () => {
    const content = randomBytes(100);
    for (const given of [content.subarray(0, 55), Buffer.concat([content, content])]) {
      const open = () => Promise.resolve({ sizeBytes: 100, body: Readable.from([given]) });
      const { body } = await readProven(inspected(content, 10), open);
      await expect(buffer(body)).rejects.toThrow(/fewer bytes|more bytes/u);
    }
  });
});

describe('content without proven blocks', () => {
  const small = randomBytes(MIN_BLOCK_BYTES);
  const large = randomBytes(MIN_BLOCK_BYTES + 1);
  const unproven = (content: Buffer) => ({ sizeBytes: content.length, sha256: sha256Of(content) });

  it('is read in ranges where it is one block', async () => {
    expect([hasProvableRanges(unproven(small)), hasProvableRanges(unproven(large))]).toEqual([true, false]);
    const { body } = await readProven(unproven(small), opening(small, 10_000), { start: 5, end: 9 });
    expect(await buffer(body)).toEqual(small.subarray(5, 10));
    const changed = Buffer.from(small).fill('x', 60_000);
    const other = await readProven(unproven(small), opening(changed, 10_000), { start: 5, end: 9 });
    await expect(buffer(other.body)).rejects.toThrow('other bytes');
  });

  it('is read whole where it is more', async () => {
    const { body } = await readProven(unproven(large), opening(large, 10_000));
    expect((await buffer(body)).equals(large)).toBe(true);
    await expect(readProven(unproven(large), opening(large, 10_000), { start: 0, end: 0 })).rejects.toThrow(
      'No range',
    );
  });

  it('may be of no bytes', async () => {
    const { body } = await readProven(unproven(Buffer.alloc(0)), opening(Buffer.alloc(0), 1));
    expect(await buffer(body)).toHaveLength(0);
  });
});

describe('the blocks of a content', () => {
  it('are as small as a reader can hold, and as few as a row can', () => {
    const [KIB, MIB, GIB] = [2 ** 10, 2 ** 20, 2 ** 30];
    expect([0, MIN_BLOCK_BYTES].map(blockBytesOf)).toEqual([undefined, undefined]);
    expect([MIN_BLOCK_BYTES + 1, 16 * GIB].map(blockBytesOf)).toEqual([256 * KIB, 256 * KIB]);
    expect([16 * GIB + 1, 32 * GIB, 100 * GIB].map(blockBytesOf)).toEqual([512 * KIB, 512 * KIB, 2 * MIB]);
    expect([256 * GIB, 2 ** 40, 5 * 2 ** 40].map(blockBytesOf)).toEqual([4 * MIB, 4 * MIB, 4 * MIB]);
  });

  it('are asked about a page at a time', async () => {
    const content = randomBytes(5_000);
    const { blocks, ...rest } = inspected(content, 1);
    const asked: (readonly [number, number])[] = [];
    const readMacs: typeof blocks.readMacs = (first, count) => {
      asked.push([first, count]);
      return blocks.readMacs(first, count);
    };
    const range = { start: 10, end: 4_999 };
    const { body } = await readProven(
      { ...rest, blocks: { blockBytes: 1, readMacs } },
      opening(content, 777),
      range,
    );
    expect((await buffer(body)).equals(content.subarray(10))).toBe(true);
    const pages = [0, 1, 2, 3].map((page) => [10 + page * 1_024, 1_024]);
    expect(asked).toEqual([...pages, [10 + 4_096, 894]]);
  });

  it('are unproven when the content is gone, or its proofs cannot be read', async () => {
    const content = randomBytes(100);
    const { blocks, ...rest } = inspected(content, 10);
    const gone = { ...blocks, readMacs: () => Promise.resolve(undefined) };
    const one = await readProven({ ...rest, blocks: gone }, opening(content, 10));
    await expect(buffer(one.body)).rejects.toThrow('other bytes');
    const away = { ...blocks, readMacs: () => Promise.reject(new Error('away')) };
    const other = await readProven({ ...rest, blocks: away }, opening(content, 10));
    await expect(buffer(other.body)).rejects.toThrow('away');
  });
});
