import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';

const BOOTSTRAP = path.resolve(import.meta.dirname, '../../launch/bootstrap');
const { ensurePackages } = (await import(path.join(BOOTSTRAP, 'packages.mjs'))) as {
  ensurePackages: (root: string) => Promise<void>;
};
const { withInstallLock } = (await import(path.join(BOOTSTRAP, 'install-lock.mjs'))) as {
  withInstallLock: (root: string, work: () => Promise<void>) => Promise<void>;
};

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lazaret-install-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('installs at once where a killed command left the number of a process that lives', async () => {
  const names = { name: 'empty', version: '1.0.0' };
  await writeFile(path.join(root, 'package.json'), JSON.stringify(names));
  await writeFile(
    path.join(root, 'package-lock.json'),
    JSON.stringify({ ...names, lockfileVersion: 3, packages: { '': names } }),
  );
  await writeFile(path.join(root, '.install.lock'), String(process.pid));
  const patience = delay(30_000, 'waits', { ref: false });
  await expect(Promise.race([ensurePackages(root), patience])).resolves.toBeUndefined();
});

it('lets one command of a clone install at a time', async () => {
  let atWork = 0;
  const work = async (): Promise<void> => {
    atWork += 1;
    expect(atWork).toBe(1);
    await delay(50);
    atWork -= 1;
  };
  await Promise.all([withInstallLock(root, work), withInstallLock(root, work)]);
});

it('holds up no command of another clone at the same path', async () => {
  const [clone, moved] = [path.join(root, 'clone'), path.join(root, 'moved')];
  await mkdir(clone);
  let isOtherDone = false;
  await withInstallLock(clone, async () => {
    await rename(clone, moved);
    await mkdir(clone);
    await withInstallLock(clone, () => Promise.resolve());
    isOtherDone = true;
  });
  expect(isOtherDone).toBe(true);
});
