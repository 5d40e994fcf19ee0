import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { LentChunks } from '../../../src/ports/object-store.js';

const COPY = { area: 'vault', key: 't/f' } as const;
const REASON = new Error('why it was stopped');

let root = '';
let store: Awaited<ReturnType<typeof createFilesystemStore>>;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lazaret-aborted-'));
  store = await createFilesystemStore({ root, clock: createSystemClock() });
});
afterEach(async () => {
  expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
  expect(await readdir(path.join(root, 'vault'))).toEqual([]);
  await rm(root, { recursive: true });
});

/** One chunk, and then nothing for ever. */
const stalling = async function* (asked: () => void, ended: () => void, stall: Promise<void>): LentChunks {
  try {
    yield Buffer.alloc(10);
    asked();
    await stall;
  } finally {
    ended();
  }
};

it('a write of lent bytes stops at once when its signal aborts, although the next chunk never comes', async () => {
  const controller = new AbortController();
  const ended = vi.fn<() => void>();
  const stall = Promise.withResolvers<void>();
  const body = stalling(
    () => {
      controller.abort(REASON);
    },
    ended,
    stall.promise,
  );
  await expect(store.write(COPY, 20, body, controller.signal)).rejects.toBe(REASON);
  expect(ended).not.toHaveBeenCalled();
  stall.resolve();
  await vi.waitFor(() => {
    expect(ended).toHaveBeenCalledOnce();
  });
});

it('a write of lent bytes does not begin when its signal has aborted before', async () => {
  const asked = vi.fn<() => void>();
  const body = stalling(asked, asked, Promise.resolve());
  await expect(store.write(COPY, 10, body, AbortSignal.abort(REASON))).rejects.toBe(REASON);
  expect(asked).not.toHaveBeenCalled();
});

it.each([9, 11])('whoever lends bytes learns that the store takes no more than %i of them', async (size) => {
  const ended = vi.fn<() => void>();
  const lend = async function* (): LentChunks {
    try {
      for (let left = 0; left < 4; left += 1) yield Buffer.alloc(5);
    } finally {
      ended();
    }
  };
  const { signal } = new AbortController();
  await expect(store.write(COPY, size, lend(), signal)).rejects.toThrow(`${String(size)} bytes`);
  await vi.waitFor(() => {
    expect(ended).toHaveBeenCalledOnce();
  });
});
