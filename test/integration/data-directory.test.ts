import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startClamd } from '../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../launch/services/development-definitions.js';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createUploadSpool } from '../../src/adapters/filesystem/upload-spool.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import { TransientError } from '../../src/domain/errors.js';
import { bodyOf } from '../support/test-bytes.js';
import { ingest, vault } from '../support/store-subject.js';

const clock = createSystemClock();
const makeRoot = (): Promise<string> => mkdtemp(path.join(tmpdir(), 'lazaret-data-'));

/** What somebody else could look into. */
async function openToOthers(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  const found = await Promise.all(
    names.map(async (name) => `${((await lstat(path.join(root, name))).mode & 0o077).toString(8)} ${name}`),
  );
  return found.filter((line) => !line.startsWith('0 '));
}

it('lets clamd work in a directory that nobody else can look into, also one that was open before', async () => {
  const directory = path.join(await makeRoot(), 'clamav');
  const umask = process.umask(0o000);
  try {
    await writeDevelopmentDefinitions(path.join(directory, 'db'));
    const clamd = await startClamd({ directory });
    expect(await openToOthers(path.dirname(directory))).toEqual([]);
    await clamd.stop();
  } finally {
    process.umask(umask);
    await rm(path.dirname(directory), { recursive: true, force: true });
  }
});

it('takes no new bytes on a disk that is nearly full, and still seals what it has', async () => {
  const root = await makeRoot();
  const store = await createFilesystemStore({ root, clock, minFreeBytes: 2 ** 60 });
  const spool = await createUploadSpool({ root: path.join(root, 'spool'), clock, minFreeBytes: 2 ** 60 });
  const upload = await store.beginUpload('t/f');
  await expect(store.putPart(upload, 1, 5, bodyOf(5, 'part'))).rejects.toBeInstanceOf(TransientError);
  await expect(store.write(ingest('t/g'), 5, bodyOf(5, 'fragment'))).rejects.toBeInstanceOf(TransientError);
  await expect(spool.open()).rejects.toBeInstanceOf(TransientError);
  await store.write(vault('t/f/1'), 5, bodyOf(5, 'sealed'));
  expect(
    (await readdir(path.join(root, 'tmp'))).length + (await readdir(path.join(root, 'spool'))).length,
  ).toBe(0);
  await rm(root, { recursive: true });
});
