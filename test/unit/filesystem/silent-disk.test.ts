import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createLayout } from '../../../src/adapters/filesystem/layout.js';
import type { Room } from '../../../src/adapters/filesystem/room.js';
import { tellRoom } from '../../../src/adapters/filesystem/tell-room.js';
import { TransientError } from '../../../src/domain/errors.js';

it('a disk that does not answer is away, and holds nobody for ever', async () => {
  const layout = createLayout(await realpath(await mkdtemp(path.join(tmpdir(), 'lazaret-silent-'))));
  try {
    await mkdir(layout.scratch);
    const spareBytes = async (answer: Room['spareBytes']): Promise<number> =>
      tellRoom({ layout, room: { spareBytes: answer } as Room }).spareBytes();
    expect(await spareBytes(() => Promise.resolve(5))).toBe(5);
    await expect(spareBytes(() => new Promise(() => undefined))).rejects.toBeInstanceOf(TransientError);
  } finally {
    await rm(layout.root, { recursive: true });
  }
});
