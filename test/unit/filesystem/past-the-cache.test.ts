import { constants } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ALIGNMENT_BYTES,
  allocateAligned,
  allocateAlignedShared,
  isAligned,
  wholeBlocks,
} from '../../../src/adapters/filesystem/aligned-memory.js';
import { createDirectHandle } from '../../../src/adapters/filesystem/direct-handle.js';
import { gatherBlocks } from '../../../src/adapters/filesystem/gather-blocks.js';
import { createNewFile } from '../../../src/adapters/filesystem/new-file.js';
import { createDirectSource } from '../../../src/adapters/filesystem/source.js';

const MIB = 1024 * 1024;

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-direct-'));
  file = path.join(directory, 'file');
});
afterEach(() => rm(directory, { recursive: true }));

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** Fills memory with bytes that differ everywhere. */
function fill(memory: Buffer, seed: number): Buffer {
  for (let at = 0; at + 4 <= memory.byteLength; at += 4) memory.writeUInt32LE((seed + at) >>> 0, at);
  return memory;
}

/** Chunks of every size, in memory of either kind, that begin at a page or not. */
const anyChunks = fc
  .array(
    fc.record({
      sizeBytes: fc.oneof(
        fc.integer({ min: 0, max: 2 * MIB }),
        fc.integer({ min: 0, max: 400 }).map((blocks) => blocks * ALIGNMENT_BYTES),
      ),
      start: fc.constantFrom(0, 1, 512, ALIGNMENT_BYTES),
      isPlain: fc.boolean(),
      seed: fc.integer({ min: 0, max: 2 ** 30 }),
    }),
    { maxLength: 6 },
  )
  .map((wanted) =>
    wanted.map(({ sizeBytes, start, isPlain, seed }) => {
      const memory = isPlain ? Buffer.alloc(start + sizeBytes) : allocateAligned(start + sizeBytes);
      return fill(memory, seed).subarray(start);
    }),
  );

describe('aligned memory', () => {
  it('is known, and what begins within it', () => {
    const memory = allocateAligned(3 * MIB);
    expect(memory.byteLength).toBe(3 * MIB);
    expect(isAligned(memory)).toBe(true);
    expect(isAligned(memory.subarray(ALIGNMENT_BYTES))).toBe(true);
    expect(isAligned(memory.subarray(512))).toBe(false);
    expect(isAligned(Buffer.alloc(MIB))).toBe(false);
    const shared = allocateAlignedShared(MIB);
    expect(isAligned(shared)).toBe(true);
    expect(shared.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('is known to the collector by its size: it would not look for what is free otherwise', () => {
    const before = process.memoryUsage().external;
    const memories = Array.from({ length: 20 }, () => allocateAligned(MIB));
    expect(process.memoryUsage().external - before).toBeGreaterThanOrEqual(19 * MIB);
    expect(memories).toHaveLength(20);
  });
});

describe('a new file', () => {
  it('has the chunks one behind the other, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(anyChunks, fc.boolean(), async (chunks, isTogether) => {
        await rm(file, { force: true });
        const written = await createNewFile(file);
        let position = 0;
        for (const some of isTogether ? [chunks] : chunks.map((chunk) => [chunk])) {
          await written.write(some, position);
          position += some.reduce((sum, chunk) => sum + chunk.byteLength, 0);
        }
        await written.sync();
        await written.close();
        expect((await readFile(file)).equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is written past the page cache from where its blocks begin', async () => {
    const written = await createNewFile(file);
    const files = Object.getPrototypeOf(written.handle) as Pick<FileHandle, 'writev'>;
    const writes = vi.spyOn(files, 'writev');
    const chunks = [fill(Buffer.alloc(1_000), 1), fill(allocateAligned(MIB), 2).subarray(1_000)];
    await written.write(chunks, 0);
    await written.close();
    expect((await readFile(file)).equals(Buffer.concat(chunks))).toBe(true);
    const calls = writes.mock.calls.map(([buffers, position], index) => ({
      isDirect: writes.mock.contexts[index] !== written.handle,
      sizeBytes: buffers.reduce((sum, { byteLength }) => sum + byteLength, 0),
      position,
    }));
    writes.mockRestore();
    expect(calls).toEqual([
      { isDirect: false, sizeBytes: ALIGNMENT_BYTES, position: 0 },
      { isDirect: true, sizeBytes: MIB - ALIGNMENT_BYTES, position: ALIGNMENT_BYTES },
    ]);
  });

  it('has the newer bytes where it was written twice', async () => {
    const written = await createNewFile(file);
    await written.write([fill(Buffer.alloc(2 * MIB), 1)], 0);
    const newer = fill(allocateAligned(MIB), 2);
    await written.write([newer], 0);
    await written.write([Buffer.from('end')], MIB);
    await written.handle.truncate(MIB + 3);
    await written.close();
    expect((await readFile(file)).equals(Buffer.concat([newer, Buffer.from('end')]))).toBe(true);
  });
});

describe('gathered blocks', () => {
  it('are whole and aligned but for the last, and all of the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(anyChunks, async (chunks) => {
        const put: Buffer[] = [];
        const arePassable: boolean[] = [];
        const blocks = gatherBlocks((bytes) => {
          put.push(Buffer.from(bytes));
          arePassable.push(isAligned(bytes) && wholeBlocks(bytes) === bytes.byteLength);
          return Promise.resolve();
        });
        for (const chunk of chunks) {
          const memory = Uint8Array.from(chunk);
          await blocks.add(memory);
          memory.fill(0);
        }
        await blocks.flush();
        expect(Buffer.concat(put).equals(Buffer.concat(chunks))).toBe(true);
        expect(arePassable.slice(0, -1)).not.toContain(false);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a source past the page cache', () => {
  it('reads the same as any other, wherever the file ends', async () => {
    const content = fill(Buffer.alloc(MIB + 5), 3);
    await writeFile(file, content);
    const source = createDirectSource(await open(file));
    const memory = allocateAligned(2 * MIB);
    expect(await source.read(memory, 0)).toBe(MIB + 5);
    expect(memory.subarray(0, MIB + 5).equals(content)).toBe(true);
    expect(await source.read(memory.subarray(0, ALIGNMENT_BYTES), MIB)).toBe(5);
    // What is not aligned is read all the same, and what is aligned still after it.
    expect(await source.read(memory.subarray(1, 11), 7)).toBe(10);
    expect(memory.subarray(1, 11).equals(content.subarray(7, 17))).toBe(true);
    expect(await source.read(memory, MIB)).toBe(5);
    await source.close();
  });
});

describe('a direct handle', () => {
  let handle: FileHandle;
  beforeEach(async () => {
    await writeFile(file, 'x');
    handle = await open(file);
  });
  afterEach(() => handle.close());

  it('goes past the page cache, to the same file whatever has its name', async () => {
    const direct = createDirectHandle(handle, constants.O_RDONLY);
    await rm(file);
    await writeFile(file, 'another');
    const told = await direct.use(async (opened) => ({
      sizeBytes: (await opened.stat()).size,
      flags: await readFile(`/proc/self/fdinfo/${String(opened.fd)}`, 'utf8'),
    }));
    await direct.close();
    expect(told?.sizeBytes).toBe(1);
    const flags = Number.parseInt(/flags:\s+(\d+)/.exec(told?.flags ?? '')?.[1] ?? '0', 8);
    expect(flags & constants.O_DIRECT).toBe(constants.O_DIRECT);
  });

  it.each(['EINVAL', 'ENOTSUP'])(
    'is given up where the file system says %s, and asked no more',
    async (code) => {
      const direct = createDirectHandle(handle, constants.O_RDONLY);
      expect(await direct.use(() => Promise.resolve('done'))).toBe('done');
      expect(await direct.use(() => Promise.reject<string>(systemError(code)))).toBeUndefined();
      let isAsked = false;
      expect(await direct.use(() => Promise.resolve((isAsked = true)))).toBeUndefined();
      expect(isAsked).toBe(false);
      await direct.close();
    },
  );

  it('tells of a disk that fails, and of nothing where it cannot be opened', async () => {
    const direct = createDirectHandle(handle, constants.O_RDONLY);
    await expect(direct.use(() => Promise.reject(systemError('EIO')))).rejects.toMatchObject({ code: 'EIO' });
    await direct.close();
    const absent = createDirectHandle({ ...handle, fd: 1_000_000 }, constants.O_RDONLY);
    expect(await absent.use(() => Promise.resolve('done'))).toBeUndefined();
    await absent.close();
  });
});
