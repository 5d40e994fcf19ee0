import { expect, it } from 'vitest';
import {
  createGatherMemory,
  GATHER_BYTES,
  type GatherMemory,
  type LentBuffer,
} from '../../../src/adapters/filesystem/gather-memory.js';
import { createWriteBehind } from '../../../src/adapters/filesystem/write-behind.js';

/** All of it is lent already. */
const NO_MEMORY: GatherMemory = {
  take: () => undefined,
  giveBack: () => undefined,
};
const MIB = 1024 * 1024;

it('writes in order and in few calls while the disk is busy, and waits when too much does', async () => {
  const calls: { readonly chunks: number; readonly position: number }[] = [];
  let release = (): void => undefined;
  const bytes = createWriteBehind((chunks, position) => {
    calls.push({ chunks: chunks.length, position });
    return new Promise((resolve) => (release = resolve));
  }, NO_MEMORY);
  await bytes.take(Buffer.alloc(10));
  for (let index = 0; index < 3; index += 1) await bytes.take(Buffer.alloc(100));
  expect(calls).toEqual([{ chunks: 1, position: 0 }]);
  let isTaken = false;
  const held = Promise.resolve(bytes.take(Buffer.alloc(MIB))).then(() => (isTaken = true));
  await Promise.resolve();
  expect(isTaken).toBe(false);
  release();
  await expect
    .poll(() => calls)
    .toEqual([
      { chunks: 1, position: 0 },
      { chunks: 4, position: 10 },
    ]);
  release();
  await held;
  expect(bytes.sizeBytes).toBe(MIB + 310);
});

it('takes more as soon as what waits is on its way, and does not wait until it has arrived', async () => {
  const releases: (() => void)[] = [];
  const bytes = createWriteBehind(
    () => new Promise((resolve) => releases.push(resolve)),
    createGatherMemory(),
  );
  await bytes.take(Buffer.alloc(GATHER_BYTES));
  const held = bytes.take(Buffer.alloc(2 * GATHER_BYTES));
  await expect.poll(() => releases.length).toBe(1);
  releases[0]?.();
  await held;
  expect(releases).toHaveLength(2);
  const settled = bytes.settle();
  releases[1]?.();
  await settled;
});

it('has written everything when it settles, at whichever moment the last chunk came', async () => {
  for (let moment = 0; moment < 20; moment += 1) {
    let written = 0;
    const bytes = createWriteBehind((chunks) => {
      written += Buffer.concat(chunks).length;
      return Promise.resolve();
    }, NO_MEMORY);
    await bytes.take(Buffer.alloc(10));
    for (let tick = 0; tick < moment; tick += 1) await Promise.resolve();
    await bytes.take(Buffer.alloc(5));
    await bytes.settle();
    expect(written, `a chunk after ${moment} ticks`).toBe(15);
  }
});

it('says what was lost at the next chunk and when it settles, counts what was written, and begins anew', async () => {
  const failure = new Error('The disk is full.');
  let writes = 0;
  const bytes = createWriteBehind(async () => {
    await Promise.resolve();
    writes += 1;
    if (writes === 2) throw failure;
  }, NO_MEMORY);
  await bytes.take(Buffer.alloc(7));
  await bytes.settle();
  await bytes.take(Buffer.alloc(5));
  await expect(bytes.settle()).rejects.toBe(failure);
  await expect(bytes.take(Buffer.alloc(1))).rejects.toBe(failure);
  expect(bytes.sizeBytes).toBe(7);
  bytes.clear();
  await bytes.take(Buffer.alloc(3));
  await bytes.settle();
  expect(bytes.sizeBytes).toBe(3);
});

it('gathers the chunks of a fast sender in large writes, and lets their memory go at once', async () => {
  const calls: number[] = [];
  const written: Buffer[] = [];
  const bytes = createWriteBehind(async (chunks) => {
    calls.push(Buffer.concat(chunks).length);
    await Promise.resolve();
    written.push(Buffer.concat(chunks));
  }, createGatherMemory());
  const chunk = Buffer.alloc(128 * 1024).subarray(0, 64 * 1024);
  for (let index = 0; index < 36; index += 1) {
    await bytes.take(chunk.fill(index));
    // As a socket would, that reads into the same memory.
    chunk.fill(255);
  }
  await bytes.settle();
  expect(calls).toEqual([GATHER_BYTES, GATHER_BYTES, 36 * chunk.length - 2 * GATHER_BYTES]);
  const whole = Buffer.concat(written);
  for (let index = 0; index < 36; index += 1) {
    const stretch = whole.subarray(index * chunk.length, (index + 1) * chunk.length);
    expect(stretch.equals(Buffer.alloc(chunk.length, index))).toBe(true);
  }
});

it('frees the memory of what it has copied, and of nothing else', async () => {
  const written: Buffer[] = [];
  const bytes = createWriteBehind((chunks) => {
    written.push(...chunks.map((chunk) => Buffer.from(chunk)));
    return Promise.resolve();
  }, createGatherMemory());
  const shared = Buffer.alloc(64 * 1024, 1);
  const [kept, copied, partly] = [Buffer.alloc(1_000, 2), Buffer.alloc(64 * 1024, 3), shared.subarray(1)];
  const sent = Buffer.concat([kept, copied, partly]);
  for (const chunk of [kept, copied, partly]) await bytes.take(chunk);
  expect([copied.buffer.byteLength, partly.byteLength]).toEqual([0, 64 * 1024 - 1]);
  await bytes.settle();
  expect(Buffer.concat(written).equals(sent)).toBe(true);
});

it('lets one buffer wait while another is on its way, and less where there is no memory for one', async () => {
  const memory = createGatherMemory();
  const tookWithoutWaiting = async (): Promise<number> => {
    const bytes = createWriteBehind(() => new Promise(() => undefined), memory);
    // What is on its way does not wait.
    await bytes.take(Buffer.alloc(GATHER_BYTES));
    await expect.poll(() => bytes.sizeBytes).toBe(GATHER_BYTES);
    let sizeBytes = 0;
    while (bytes.take(Buffer.alloc(64 * 1024)) === undefined) sizeBytes += 64 * 1024;
    return sizeBytes;
  };
  const first = await tookWithoutWaiting();
  while (memory.take()) expect(first).toBe(GATHER_BYTES - 64 * 1024);
  expect(await tookWithoutWaiting()).toBe(MIB / 2 - 64 * 1024);
});

it('gives lent memory back when it is written, when it was lost, and when it is forgotten', async () => {
  const memory = createGatherMemory();
  const all: LentBuffer[] = [];
  for (let next = memory.take(); next; next = memory.take()) all.push(next);
  const count = all.length;
  expect(count * GATHER_BYTES).toBe(16 * MIB);
  const lent = { ...memory, take: () => all.pop(), giveBack: (one: LentBuffer) => void all.push(one) };
  let isFailing = false;
  const bytes = createWriteBehind(
    () => (isFailing ? Promise.reject(new Error('The disk is full.')) : Promise.resolve()),
    lent,
  );
  await bytes.take(Buffer.alloc(MIB));
  await bytes.settle();
  expect(all).toHaveLength(count);
  isFailing = true;
  await bytes.take(Buffer.alloc(2 * MIB));
  await expect(bytes.settle()).rejects.toThrow('full');
  expect(all).toHaveLength(count);
  bytes.clear();
  await bytes.take(Buffer.alloc(MIB / 4));
  expect(all).toHaveLength(count - 1);
  bytes.clear();
  expect(all).toHaveLength(count);
});

it('wakes all who wait for room when the write before them fails, and tells them why', async () => {
  const failure = new Error('The disk is full.');
  const write = Promise.withResolvers<void>();
  const bytes = createWriteBehind(() => write.promise, NO_MEMORY);
  await bytes.take(Buffer.alloc(10));
  // The first is on its way before the others come.
  await Promise.resolve();
  const held = [bytes.take(Buffer.alloc(MIB)), bytes.take(Buffer.alloc(1))].map((one) =>
    Promise.resolve(one),
  );
  write.reject(failure);
  await Promise.all(held.map((one) => expect(one).rejects.toBe(failure)));
  expect(bytes.sizeBytes).toBe(0);
});

it('wakes who waits for room when what waits is forgotten', async () => {
  const write = Promise.withResolvers<void>();
  const bytes = createWriteBehind(() => write.promise, NO_MEMORY);
  await bytes.take(Buffer.alloc(10));
  await Promise.resolve();
  const held = bytes.take(Buffer.alloc(MIB));
  bytes.clear();
  write.resolve();
  await held;
  expect(bytes.sizeBytes).toBe(0);
});

it('lends memory to nobody else before it is written', async () => {
  const memory = createGatherMemory();
  const write = Promise.withResolvers<void>();
  const seen: Uint8Array[] = [];
  const bytes = createWriteBehind((chunks) => {
    seen.push(...chunks);
    return write.promise;
  }, memory);
  await bytes.take(Buffer.alloc(GATHER_BYTES, 1));
  await expect.poll(() => seen.length).toBe(1);
  for (let next = memory.take(); next; next = memory.take()) next.fill(2);
  expect(seen.every((chunk) => Buffer.from(chunk).equals(Buffer.alloc(chunk.byteLength, 1)))).toBe(true);
  write.resolve();
  await bytes.settle();
  expect(memory.take()).toBeDefined();
});

it('gathers so that all but the head of what follows a small chunk lies as it will in the file', async () => {
  const at: { readonly position: number; readonly offset: number; readonly isGathered: boolean }[] = [];
  const written: Buffer[] = [];
  const bytes = createWriteBehind((chunks, position) => {
    let next = position;
    for (const chunk of chunks) {
      at.push({
        position: next,
        offset: chunk.byteOffset,
        isGathered: chunk.buffer instanceof SharedArrayBuffer,
      });
      written.push(Buffer.from(chunk));
      next += chunk.byteLength;
    }
    return Promise.resolve();
  }, createGatherMemory());
  const sent = [5_000, 65_536, 700, 4 * MIB, 65_536].map((size, index) => Buffer.alloc(size, index + 1));
  for (const chunk of sent) await bytes.take(Buffer.from(chunk));
  await bytes.settle();
  expect(Buffer.concat(written).equals(Buffer.concat(sent))).toBe(true);
  const gathered = at.filter(({ isGathered }) => isGathered);
  expect(gathered.length).toBeGreaterThan(3);
  for (const { position, offset } of gathered) expect(offset % 4096).toBe(position % 4096);
});
