import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { DiskReport } from '../support/full-disk.js';

const DISK = '24m';

/** Runs the watcher where nobody else sees its disk, which is of memory and goes with it. */
async function watchSmallDisk(): Promise<DiskReport[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-disk-'));
  const script = path.join(import.meta.dirname, '../support/full-disk.ts');
  const command = 'mount -t tmpfs -o size="$1" tmpfs "$FULL_DISK" && exec "$2" --import tsx "$3"';
  const namespaces = process.getuid?.() === 0 ? '-m' : '-Urm';
  const args = [namespaces, 'sh', '-c', command, 'sh', DISK, process.execPath, script];
  try {
    const env = { ...process.env, FULL_DISK: directory };
    const { stdout } = await promisify(execFile)('unshare', args, { env });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DiskReport);
  } finally {
    await rm(directory, { recursive: true });
  }
}

it('a store whose disk is full takes no bytes, says so, serves and removes what it has, and recovers by itself', async () => {
  const [before, full, after] = await watchSmallDisk();
  const works = {
    status: 'ok',
    store: { status: 'up' },
    part: 'taken',
    partToTheEnd: 'taken',
    maySeal: true,
  };
  const has = { kept: 'kept', isRemoved: true, leftovers: before?.leftovers };
  expect(before).toMatchObject({ ...works, ...has });
  expect(full).toMatchObject({
    ...has,
    status: 'degraded',
    store: { status: 'degraded', detail: 'nearly full, takes no new bytes' },
    part: 'TransientError',
    partToTheEnd: 'TransientError',
    maySeal: false,
  });
  expect(after).toMatchObject({ ...works, ...has });
});
