import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { boundSpool, type Backing } from '../../../src/adapters/filesystem/spool-file.js';
import { TransientError } from '../../../src/domain/errors.js';

/** A file on a disk that takes nothing. */
const LOST: Backing = {
  handle: () => Promise.reject(new Error('Nothing is read of it.')),
  write: () => Promise.reject(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })),
  close: () => Promise.resolve(),
};

it('gives no memory to others that an observer still reads, although the disk has failed already', async () => {
  const reading = Promise.withResolvers<void>();
  const file = await boundSpool({})(
    () => Promise.resolve(LOST),
    () => reading.promise,
  );
  await file.append(Buffer.alloc(512 * 1024));
  let isOver = false;
  const settled = file.settle().finally(() => (isOver = true));
  settled.catch(() => undefined);
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  expect(isOver).toBe(false);
  reading.resolve();
  await expect(settled).rejects.toBeInstanceOf(TransientError);
});

it('holds no room of the directory for bytes that were lost after they were taken', async () => {
  const open = boundSpool({ maxBytes: 1024 * 1024 });
  const file = await open(() => Promise.resolve(LOST));
  await file.append(Buffer.alloc(512 * 1024));
  await expect(file.settle()).rejects.toBeInstanceOf(TransientError);
  expect(file.sizeBytes).toBe(0);
  const other = await open(() => Promise.resolve(LOST));
  await other.append(Buffer.alloc(1024 * 1024));
  await Promise.all([file.close(), other.close()]);
});
