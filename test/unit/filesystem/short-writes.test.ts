import { mkdtemp, open, readdir, readFile, readlink, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { allocateAligned } from '../../../src/adapters/filesystem/aligned-memory.js';
import { createNewFile } from '../../../src/adapters/filesystem/new-file.js';
import { createDirectSource } from '../../../src/adapters/filesystem/source.js';

const MIB = 1024 * 1024;

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-short-'));
  file = path.join(directory, 'file');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

function fill(memory: Buffer, seed: number): Buffer {
  for (let at = 0; at + 4 <= memory.byteLength; at += 4) memory.writeUInt32LE((seed + at) >>> 0, at);
  return memory;
}

/** The first so many bytes of the chunks. */
function first(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array[] {
  let room = sizeBytes;
  return chunks.flatMap((chunk) => {
    const part = chunk.subarray(0, room);
    room -= part.byteLength;
    return part.byteLength > 0 ? [part] : [];
  });
}

/** Lets the system take only so many bytes of each call in turn, and all of the others. */
function takeLess(handle: FileHandle, taken: readonly number[]): void {
  const files = Object.getPrototypeOf(handle) as Pick<FileHandle, 'writev'>;
  const writev = files.writev;
  const left = [...taken];
  vi.spyOn(files, 'writev').mockImplementation(async function (this: FileHandle, chunks, position) {
    const some = first(chunks as Uint8Array[], left.shift() ?? Infinity);
    try {
      return await writev.call(this, some, position);
    } catch {
      // Of a stretch that is not aligned the device has taken so much nevertheless.
      return writev.call(handle, some, position);
    }
  });
}

/** Descriptors of the file. */
async function countOpen(): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return targets.filter((target) => target === file).length;
}

it.each([[[512]], [[4096]], [[MIB + 512]], [[MIB + 4096, 7]], [[512, MIB / 2 + 1, 1]]])(
  'a file has all of it where the system takes %j bytes at a time',
  async (taken) => {
    const written = await createNewFile(file);
    takeLess(written.handle, taken);
    const chunks = [fill(allocateAligned(MIB), 1), fill(allocateAligned(MIB), 2), Buffer.from('end')];
    await written.write(chunks, 0);
    await written.sync();
    await written.close();
    expect((await readFile(file)).equals(Buffer.concat(chunks))).toBe(true);
  },
);

it('both descriptors of a file are closed with it', async () => {
  const written = await createNewFile(file);
  await written.write([allocateAligned(MIB)], 0);
  expect(await countOpen()).toBe(2);
  await written.close();
  expect(await countOpen()).toBe(0);
  const source = createDirectSource(await open(file));
  await source.read(allocateAligned(MIB), 0);
  expect(await countOpen()).toBe(2);
  await source.close();
  expect(await countOpen()).toBe(0);
});

it('a file takes any number of single bytes without looking at the others for each of them', async () => {
  const written = await createNewFile(file);
  const byte = Buffer.from('x');
  let looks = 0;
  const chunks = new Proxy(
    Array.from({ length: 20_000 }, () => byte),
    {
      get: (target, key, receiver) => {
        looks += 1;
        return Reflect.get(target, key, receiver) as unknown;
      },
    },
  );
  await written.write(chunks, 0);
  await written.close();
  expect((await readFile(file)).equals(Buffer.alloc(20_000, 'x'))).toBe(true);
  // Each system call takes a thousand of them.
  expect(looks).toBeLessThan(40 * 20_000);
});
