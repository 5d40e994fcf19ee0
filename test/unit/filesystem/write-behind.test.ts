import { expect, it } from 'vitest';
import { createWriteBehind } from '../../../src/adapters/filesystem/write-behind.js';

const MIB = 1024 * 1024;

it('writes in order and in few calls while the disk is busy, and waits when too much does', async () => {
  const calls: { readonly chunks: number; readonly position: number }[] = [];
  let release = (): void => undefined;
  const bytes = createWriteBehind((chunks, position) => {
    calls.push({ chunks: chunks.length, position });
    return new Promise((resolve) => (release = resolve));
  });
  await bytes.take(Buffer.alloc(10));
  for (let index = 0; index < 3; index += 1) await bytes.take(Buffer.alloc(100));
  expect(calls).toEqual([{ chunks: 1, position: 0 }]);
  let isTaken = false;
  const held = bytes.take(Buffer.alloc(MIB)).then(() => (isTaken = true));
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

it('says what was lost at the next chunk and when it settles, counts what was written, and begins anew', async () => {
  const failure = new Error('The disk is full.');
  let writes = 0;
  const bytes = createWriteBehind(async () => {
    await Promise.resolve();
    writes += 1;
    if (writes === 2) throw failure;
  });
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
