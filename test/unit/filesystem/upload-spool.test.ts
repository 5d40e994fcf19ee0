import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createUploadSpool } from '../../../src/adapters/filesystem/upload-spool.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';

let root = '';
beforeEach(async () => {
  root = path.join(await mkdtemp(path.join(tmpdir(), 'lazaret-spool-')), 'spool');
});
afterEach(() => rm(path.dirname(root), { recursive: true, force: true }));

it('gives back what was appended, as often as it is read', async () => {
  const file = await (await createUploadSpool({ root, clock: createSystemClock() })).open();
  await file.append(Buffer.from('one '));
  await file.append(Buffer.alloc(300_000, 'x'));
  expect(file.sizeBytes).toBe(300_004);
  for (let time = 0; time < 2; time += 1) {
    expect(await buffer(file.read())).toEqual(Buffer.from(`one ${'x'.repeat(300_000)}`));
  }
  await file.close();
});

it('forgets what was appended when it is cleared', async () => {
  const file = await (await createUploadSpool({ root, clock: createSystemClock() })).open();
  await file.append(Buffer.from('something long'));
  file.clear();
  await file.append(Buffer.from('new'));
  expect((await buffer(file.read())).toString()).toBe('new');
  await file.close();
});

it('leaves no name in its directory, which nobody else may enter, and empties it at the start', async () => {
  await createUploadSpool({ root, clock: createSystemClock() });
  await writeFile(path.join(root, 'left'), 'by a process that died');
  const file = await (await createUploadSpool({ root, clock: createSystemClock() })).open();
  await file.append(Buffer.from('secret'));
  expect(await readdir(root)).toEqual([]);
  expect((await stat(root)).mode & 0o777).toBe(0o700);
  await file.close();
});

it('refuses for a while what would be too much, and takes it when there is room again', async () => {
  const spool = await createUploadSpool({ root, clock: createSystemClock(), maxBytes: 10, maxFiles: 2 });
  const [one, two] = [await spool.open(), await spool.open()];
  await expect(spool.open()).rejects.toMatchObject({ name: 'TransientError' });
  await one.append(Buffer.alloc(8));
  await expect(two.append(Buffer.alloc(3))).rejects.toMatchObject({ name: 'TransientError' });
  expect(two.sizeBytes).toBe(0);
  await one.close();
  await one.close();
  await two.append(Buffer.alloc(10));
  const three = await spool.open();
  await three.close();
  await two.close();
});
