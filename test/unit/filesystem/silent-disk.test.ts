import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { TransientError } from '../../../src/domain/errors.js';

vi.mock(import('node:fs/promises'), { spy: true });

it('a disk that does not answer is away, and holds nobody for ever', async () => {
  const root = await fs.mkdtemp(path.join(tmpdir(), 'lazaret-silent-'));
  const store = await createFilesystemStore({ root, clock: createSystemClock() });
  expect(await store.spareBytes?.()).toBeGreaterThan(0);
  vi.mocked(fs.realpath).mockReturnValue(new Promise(() => undefined));
  vi.useFakeTimers();
  try {
    const asked = expect(store.spareBytes?.()).rejects.toBeInstanceOf(TransientError);
    await vi.advanceTimersByTimeAsync(5_000);
    await asked;
  } finally {
    vi.useRealTimers();
  }
  await fs.rm(root, { recursive: true });
});
