import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Part } from '../../../src/domain/file.js';
import { createListedMd5Stage } from '../../../src/usecases/inspection/listed-md5-stage.js';

const bytes = randomBytes(25);
const md5Of = (start: number, end: number): string =>
  createHash('md5').update(bytes.subarray(start, end)).digest('hex');
const direct = (partNumber: number, sizeBytes: number, md5: string): Part => ({
  partNumber,
  sizeBytes,
  etag: md5,
  sha256: null,
  md5,
});
const parts = [direct(1, 10, md5Of(0, 10)), direct(2, 10, md5Of(10, 20)), direct(3, 5, md5Of(20, 25))];

describe('parts that came straight to the store', () => {
  const run = (of: readonly Part[], chunkBytes: number, all = bytes): void => {
    const stage = createListedMd5Stage(of);
    for (let at = 0; at < all.length; at += chunkBytes) void stage.push(all.subarray(at, at + chunkBytes));
    void stage.end();
  };

  it.each([1, 3, 10, 25])('pass when they are what the store listed, in chunks of %i bytes', (chunkBytes) => {
    expect(() => {
      run(parts, chunkBytes);
    }).not.toThrow();
  });

  it.each([0, 9, 10, 24])('are found out when byte %i has changed since', (at) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => {
      run(parts, 7, changed);
    }).toThrow('is not what the store had listed');
  });

  it('are left to the hash of the whole where the store makes other etags', () => {
    const unknown = parts.map(({ md5: _md5, ...part }) => part);
    expect(() => {
      run(unknown, 7, randomBytes(25));
    }).not.toThrow();
  });
});
