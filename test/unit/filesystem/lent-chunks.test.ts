import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { LentChunks } from '../../../src/ports/object-store.js';

const MIB = 1024 * 1024;
const COPY = { area: 'vault', key: 't/f' } as const;
const SIZE_BYTES = 7 * MIB + 5;
/** Each MiB differs from every other one. */
const BYTES = Buffer.alloc(SIZE_BYTES, 0).map((_, index) => Math.floor(index / MIB) + 1);

let root: string;
let store: Awaited<ReturnType<typeof createFilesystemStore>>;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lazaret-lent-'));
  store = await createFilesystemStore({ root, clock: createSystemClock() });
  await store.write(COPY, SIZE_BYTES, Readable.from([Buffer.from(BYTES)]));
});
afterEach(() => rm(root, { recursive: true }));

/** What a slow reader gets, who looks at a chunk again before it asks for the next. */
async function readSlowly(chunks: LentChunks): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const chunk of chunks) {
    await delay(5);
    read.push(Buffer.from(chunk));
  }
  return Buffer.concat(read);
}

it('lends a large object as it was when it was lent, although its file grows', async () => {
  const object = await store.lend(COPY);
  await appendFile(path.join(root, 'vault', 't', 'f.bytes'), Buffer.alloc(9_000));
  if (!object) throw new Error('There is no object.');
  expect((await readSlowly(object.body)).equals(BYTES)).toBe(true);
});

it.each(['removed', 'replaced'])(
  'lends a large object as it was, although it is %s meanwhile',
  async (fate) => {
    const object = await store.lend(COPY);
    await store.remove(COPY);
    if (fate === 'replaced') await store.write(COPY, 2 * MIB, Readable.from([Buffer.alloc(2 * MIB, 99)]));
    if (!object) throw new Error('There is no object.');
    expect((await readSlowly(object.body)).equals(BYTES)).toBe(true);
  },
);

it('lends a small object in just as much memory as it has bytes', async () => {
  await store.write({ area: 'vault', key: 't/small' }, 100_000, Readable.from([Buffer.alloc(100_000)]));
  const object = await store.lend({ area: 'vault', key: 't/small' });
  const memory = [];
  for await (const chunk of (object?.body ?? []) as LentChunks) memory.push(chunk.buffer.byteLength);
  expect(memory).toEqual([100_000]);
});
