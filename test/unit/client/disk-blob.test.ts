import { mkdtemp, open, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPath } from '../../../client/src/node/open-path.js';
import { proveBlob } from '../../../client/src/node/prove-blob.js';

const GIB = 1024 ** 3;
let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'disk-blob-'));
  file = path.join(directory, 'file');
});
afterEach(() => rm(directory, { recursive: true }));

const opened = async (): Promise<Blob> => (await openPath(file)()).blob;

describe('a file on disk', () => {
  it.each([2, 4, 12])('has its size and its bytes around and beyond %i GiB', async (gib) => {
    await writeFile(file, '');
    await truncate(file, gib * GIB + 4);
    const handle = await open(file, 'r+');
    await handle.write('abcdefgh', gib * GIB - 4);
    await handle.close();
    const blob = await opened();
    expect(blob.size).toBe(gib * GIB + 4);
    expect(await blob.slice(gib * GIB - 4, gib * GIB + 4).text()).toBe('abcdefgh');
    expect(
      await blob
        .slice(gib * GIB - 4)
        .slice(4)
        .text(),
    ).toBe('efgh');
  });

  it('is sliced as a Blob is', async () => {
    await writeFile(file, 'hello world');
    const [ours, own] = [await opened(), new Blob(['hello world'])];
    const places = [undefined, -99, -5, -1, 0, 3, 11, 99];
    for (const start of places) {
      for (const end of places) {
        const [slice, expected] = [ours.slice(start, end), own.slice(start, end)];
        expect([slice.size, await slice.text()]).toEqual([expected.size, await expected.text()]);
      }
    }
    const key = { challenge: 'ab', blockSizeBytes: 4 };
    const { signal } = new AbortController();
    expect(await proveBlob(ours, key, signal)).toBe(await proveBlob(own, key, signal));
  });

  it('cannot be read when it has changed or is gone', async () => {
    await writeFile(file, 'hello');
    const blob = await opened();
    await writeFile(file, 'hello world');
    await expect(blob.text()).rejects.toMatchObject({ name: 'NotReadableError' });
    await rm(file);
    await expect(blob.text()).rejects.toMatchObject({ name: 'NotReadableError', cause: { code: 'ENOENT' } });
  });

  it('is closed when nobody reads on', async () => {
    await writeFile(file, Buffer.alloc(4 * 1024 * 1024));
    const before = (await readdir('/proc/self/fd')).length;
    const blob = await opened();
    for await (const chunk of blob.stream() as AsyncIterable<Uint8Array>) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const reader = blob.stream().getReader();
    await reader.read();
    await reader.cancel();
    expect((await readdir('/proc/self/fd')).length).toBe(before);
  });
});
