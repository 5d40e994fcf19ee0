import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLayout, type Layout } from '../../../src/adapters/filesystem/layout.js';
import { seekWhileThere, whileThere } from '../../../src/adapters/filesystem/presence.js';
import { TransientError } from '../../../src/domain/errors.js';

let layout: Layout;
/** How often somebody looked whether the disk is there, which one thing on it tells. */
let looks: number;
beforeEach(async () => {
  const real = createLayout(await realpath(await mkdtemp(path.join(tmpdir(), 'lazaret-presence-'))));
  await mkdir(real.scratch);
  looks = 0;
  layout = {
    ...real,
    get landmark() {
      looks += 1;
      return real.landmark;
    },
  };
});
afterEach(() => rm(layout.root, { recursive: true, force: true }));

const failure = new Error('why it failed');
const fail = (): Promise<never> => Promise.reject(failure);

it('does not look for the disk after what has written to it, nor after what has found something', async () => {
  await whileThere(layout, async () => undefined);
  expect(await seekWhileThere(layout, async () => 0)).toBe(0);
  expect(await seekWhileThere(layout, async () => true)).toBe(true);
  expect(looks).toBe(0);
});

it('looks once before it believes that there is nothing, or why something failed', async () => {
  await seekWhileThere(layout, async () => undefined);
  expect(await seekWhileThere(layout, async () => false)).toBe(false);
  await expect(whileThere(layout, fail)).rejects.toBe(failure);
  await expect(seekWhileThere(layout, fail)).rejects.toBe(failure);
  expect(looks).toBe(4);
});

it('believes neither while the disk is not there', async () => {
  await rm(layout.scratch, { recursive: true });
  await expect(seekWhileThere(layout, async () => undefined)).rejects.toBeInstanceOf(TransientError);
  await expect(seekWhileThere(layout, async () => false)).rejects.toBeInstanceOf(TransientError);
  await expect(whileThere(layout, fail)).rejects.toMatchObject({ name: 'TransientError', cause: failure });
});
