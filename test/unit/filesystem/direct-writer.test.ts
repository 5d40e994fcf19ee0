import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ALIGNMENT_BYTES,
  allocateAligned,
  isAligned,
} from '../../../src/adapters/filesystem/aligned-memory.js';
import { createDirectWriter, openDirect } from '../../../src/adapters/filesystem/direct-writer.js';

const MIB = 1024 * 1024;
type Direct = Pick<FileHandle, 'write' | 'close'>;

let directory: string;
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-direct-'));
  file = path.join(directory, 'file');
});
afterAll(() => rm(directory, { recursive: true }));

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** Bytes that differ everywhere, in memory of either kind. */
function fill(memory: Buffer, seed: number): Buffer {
  for (let at = 0; at + 4 <= memory.byteLength; at += 4) memory.writeUInt32LE((seed + at) >>> 0, at);
  return memory;
}

/** Writes the chunks; what is in the file then, and how much of it went past the page cache. */
async function writeAll(
  chunks: readonly Uint8Array[],
  wrap: (direct: Direct) => Direct = (direct) => direct,
): Promise<{ readonly content: Buffer; readonly directBytes: number }> {
  const handle = await open(file, 'w');
  const opened = await openDirect(file);
  if (!opened) throw new Error('The directory for temporary files has no direct writes.');
  const wrapped = wrap(opened);
  let directBytes = 0;
  const write = async (...call: [Uint8Array, number, number, number]): Promise<{ bytesWritten: number }> => {
    const answer = await wrapped.write(...call);
    directBytes += answer.bytesWritten;
    return answer;
  };
  const writer = createDirectWriter(handle, { write: write as Direct['write'], close: () => opened.close() });
  try {
    for (const chunk of chunks) await writer.write([chunk]);
    await writer.finish();
  } finally {
    await writer.settle();
    await handle.close();
  }
  return { content: await readFile(file), directBytes };
}

it('knows which memory begins at a page', () => {
  const memory = allocateAligned(3 * MIB);
  expect(memory.byteLength).toBe(3 * MIB);
  expect(isAligned(memory)).toBe(true);
  expect(isAligned(memory.subarray(ALIGNMENT_BYTES))).toBe(true);
  expect(isAligned(memory.subarray(512))).toBe(false);
  expect(isAligned(Buffer.alloc(MIB))).toBe(false);
});

it('writes chunks of every size and kind of memory, one behind the other', async () => {
  const chunk = fc.record({
    sizeBytes: fc.oneof(
      fc.integer({ min: 0, max: 3 * MIB }),
      fc.integer({ min: 0, max: 600 }).map((blocks) => blocks * ALIGNMENT_BYTES),
    ),
    start: fc.constantFrom(0, 1, 512, ALIGNMENT_BYTES),
    isPlain: fc.boolean(),
    seed: fc.integer({ min: 0, max: 2 ** 30 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), async (wanted) => {
      const chunks = wanted.map(({ sizeBytes, start, isPlain, seed }) => {
        const memory = isPlain ? Buffer.alloc(start + sizeBytes) : allocateAligned(start + sizeBytes);
        return fill(memory, seed).subarray(start);
      });
      const { content } = await writeAll(chunks);
      expect(content.equals(Buffer.concat(chunks))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

it('sends aligned and gathered blocks past the page cache, and the end of the file through it', async () => {
  const chunks = [
    fill(allocateAligned(2 * MIB + 5), 1),
    fill(Buffer.alloc(MIB), 2),
    fill(Buffer.alloc(MIB), 3),
  ];
  const { content, directBytes } = await writeAll(chunks);
  expect(content.equals(Buffer.concat(chunks))).toBe(true);
  expect(directBytes).toBe(4 * MIB);
});

it('goes on through the page cache where the file system refuses, or takes less', async () => {
  const chunks = [fill(allocateAligned(3 * MIB), 4), fill(Buffer.alloc(2 * MIB + 1), 5)];
  const refusing = await writeAll(chunks, () => ({
    write: () => Promise.reject(systemError('EINVAL')),
    close: () => Promise.resolve(),
  }));
  expect(refusing.content.equals(Buffer.concat(chunks))).toBe(true);
  expect(refusing.directBytes).toBe(0);
  const halving = await writeAll(chunks, (direct) => ({
    ...direct,
    write: ((bytes: Uint8Array, at: number, length: number, position: number) =>
      direct.write(bytes, at, length >> 1, position)) as Direct['write'],
  }));
  expect(halving.content.equals(Buffer.concat(chunks))).toBe(true);
  expect(halving.directBytes).toBe(2.5 * MIB);
});

it('tells of a disk that fails', async () => {
  const failing = writeAll([allocateAligned(MIB)], (direct) => ({
    ...direct,
    write: () => Promise.reject(systemError('EIO')),
  }));
  await expect(failing).rejects.toMatchObject({ code: 'EIO' });
});
