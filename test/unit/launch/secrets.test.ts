import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSecrets } from '../../../launch/secrets.js';

const MODULE = path.resolve(import.meta.dirname, '../../../launch/secrets.ts');
const LOAD = `const [module, directory] = process.argv.slice(1); await (await import(module)).loadSecrets(directory);`;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-secrets-'));
  await mkdir(path.join(directory, 'keys'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('draws its keys once', async () => {
  const secrets = await loadSecrets(directory);
  expect(new Set(Object.values(secrets)).size).toBe(5);
  expect(await loadSecrets(directory)).toEqual(secrets);
});

it('starts after a start that was cut off between the name of a key and its first byte', async () => {
  const flags = ['--import', 'tsx', '--input-type=module', '-e', LOAD, '--', MODULE, directory];
  // Nothing can be written into any file.
  const cutOff = promisify(execFile)('prlimit', ['--fsize=0', process.execPath, ...flags]);
  await expect(cutOff).rejects.toThrow('EFBIG');
  await expect(loadSecrets(directory)).resolves.toBeDefined();
});

it('never draws a key anew where there is one that it cannot read', async () => {
  await writeFile(path.join(directory, 'keys', 'redis.hex'), '');
  await expect(loadSecrets(directory)).rejects.toThrow('bring it back from a backup');
});
