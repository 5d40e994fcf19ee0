import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createEarlySync } from '../../../src/adapters/filesystem/early-sync.js';

const MIB = 1024 * 1024;

/** A file whose calls end when the test wants them to. */
function createFile(): {
  readonly calls: PromiseWithResolvers<void>[];
  readonly datasync: () => Promise<void>;
} {
  const calls: PromiseWithResolvers<void>[] = [];
  return {
    calls,
    datasync: () => {
      const call = Promise.withResolvers<void>();
      calls.push(call);
      return call.promise;
    },
  };
}

it('makes bytes durable every 8 MiB while more are written, one call at a time, and the rest at the end', async () => {
  const file = createFile();
  const sync = createEarlySync(file);
  sync.wrote(8 * MIB - 1);
  expect(file.calls).toHaveLength(0);
  sync.wrote(1);
  expect(file.calls).toHaveLength(1);
  sync.wrote(20 * MIB);
  expect(file.calls).toHaveLength(1);
  file.calls[0]?.resolve();
  await sync.settle();
  sync.wrote(1);
  expect(file.calls).toHaveLength(2);
  let isDurable = false;
  const finished = sync.finish().then(() => (isDurable = true));
  file.calls[1]?.resolve();
  await expect.poll(() => file.calls.length).toBe(3);
  expect(isDurable).toBe(false);
  file.calls[2]?.resolve();
  await finished;
});

it('does not forget an error of the disk, which the system tells only once', async () => {
  const file = createFile();
  const sync = createEarlySync(file);
  const lost = new Error('EIO');
  sync.wrote(8 * MIB);
  file.calls[0]?.reject(lost);
  await sync.settle();
  await expect(sync.finish()).rejects.toBe(lost);
  await expect(sync.finish()).rejects.toBe(lost);
  sync.wrote(8 * MIB);
  expect(file.calls).toHaveLength(1);
});

it('fails where the last bytes cannot be made durable', async () => {
  const file = createFile();
  const sync = createEarlySync(file);
  sync.wrote(1);
  const finished = sync.finish();
  await expect.poll(() => file.calls.length).toBe(1);
  file.calls[0]?.reject(new Error('ENOSPC'));
  await expect(finished).rejects.toThrow('ENOSPC');
});

it('fails where what was under way at the end fails, although the rest is durable', async () => {
  const file = createFile();
  const sync = createEarlySync(file);
  sync.wrote(8 * MIB);
  const finished = sync.finish();
  // One beside it would be done first, and be told of nothing.
  file.calls[1]?.resolve();
  await setImmediate();
  file.calls[0]?.reject(new Error('EIO'));
  await expect(finished).rejects.toThrow('EIO');
});
