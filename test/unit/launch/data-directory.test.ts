import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeDataDirectory } from '../../../launch/data-directory.js';

let parent: string;
let directory: string;

beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'lazaret-directory-'));
  directory = path.join(parent, 'data');
});

afterEach(() => rm(parent, { recursive: true, force: true }));

const take = (): ReturnType<typeof takeDataDirectory> => takeDataDirectory(directory, () => undefined);

it('takes a directory again that it has made and given back', async () => {
  (await take()).release();
  await expect(take()).resolves.toMatchObject({ path: directory });
});

it('takes a directory whose first start was cut off before a word of the version was written', async () => {
  await mkdir(directory);
  await writeFile(path.join(directory, 'format'), '');
  await expect(take()).resolves.toMatchObject({ path: directory });
});

it('never advises to delete data that has lost its version', async () => {
  await mkdir(path.join(directory, 'postgres'), { recursive: true });
  await expect(take()).rejects.toThrow(
    /has data \(postgres\).*put the line "lazaret data 1".*delete nothing/,
  );
  expect(await readdir(directory)).toEqual(['postgres']);
});

it('leaves a directory alone that holds something else', async () => {
  await mkdir(directory);
  await writeFile(path.join(directory, 'thesis.txt'), 'text');
  await expect(take()).rejects.toThrow('holds something else (thesis.txt)');
  expect(await readdir(directory)).toEqual(['thesis.txt']);
});

it('says that a file is a file', async () => {
  await writeFile(directory, '');
  await expect(take()).rejects.toThrow(`The data directory ${directory} is a file`);
});

it.each(['logs', 'objects', 'clamav', 'postgres'])('names a file in the place of %s', async (name) => {
  (await take()).release();
  await rm(path.join(directory, name), { recursive: true, force: true });
  await writeFile(path.join(directory, name), '');
  await expect(take()).rejects.toThrow(`${path.join(directory, name)} must be a directory, and is a file`);
});
