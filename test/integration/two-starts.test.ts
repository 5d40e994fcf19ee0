import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { expect, it } from 'vitest';
import { lockDirectory } from '../../launch/lock-directory.js';

const MODULE = path.resolve(import.meta.dirname, '../../launch/lock-directory.ts');
const STARTS = 3;
const ROUNDS = 6;
/** Until all of them have read the moment. */
const HEAD_START_MS = 100;

/**
 * Runs in a process of its own: once it has loaded what it needs it says so, and takes each directory at the moment
 * that it is told, as exactly as a busy wait can. It keeps what it has got.
 */
const SCRIPT = `
  import { createInterface } from 'node:readline';
  const [module, ...directories] = process.argv.slice(1);
  const { lockDirectory } = await import(module);
  console.log('ready');
  for await (const moment of createInterface({ input: process.stdin })) {
    while (Date.now() < Number(moment));
    const directory = directories.shift();
    console.log(await Promise.resolve().then(() => lockDirectory(directory)).then(() => 'got', () => 'refused'));
  }
`;

/** A start of its own process, which says a line after each that it is told. */
function spawnStart(directories: readonly string[]): Start {
  const flags = ['--import', 'tsx', '--input-type=module', '-e', SCRIPT, '--', MODULE, ...directories];
  const child = spawn(process.execPath, flags, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    hear: async () => String((await lines.next()).value),
    tell: (line) => child.stdin.write(`${line}\n`),
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

interface Start {
  readonly hear: () => Promise<string>;
  readonly tell: (line: string) => void;
  readonly end: () => Promise<void>;
}

it('gives a directory to one of several starts at the same moment, also where a killed one left its mark', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'lazaret-starts-'));
  const directories = await Promise.all(
    Array.from({ length: ROUNDS }, async () => {
      const directory = await mkdtemp(path.join(root, 'data-'));
      await writeFile(path.join(directory, 'supervisor.pid'), '4194303 1');
      return directory;
    }),
  );
  const starts = Array.from({ length: STARTS }, () => spawnStart(directories));
  const hearAll = (): Promise<string[]> => Promise.all(starts.map(({ hear }) => hear()));
  try {
    expect(await hearAll()).toEqual(starts.map(() => 'ready'));
    for (const _ of directories) {
      const moment = String(Date.now() + HEAD_START_MS);
      for (const { tell } of starts) tell(moment);
      expect((await hearAll()).sort()).toEqual([
        'got',
        ...Array.from({ length: STARTS - 1 }, () => 'refused'),
      ]);
    }
  } finally {
    await Promise.all(starts.map(({ end }) => end()));
    await rm(root, { recursive: true, force: true });
  }
});

it('tells directories from each other, and not paths', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'lazaret-starts-'));
  const [directory, moved] = [path.join(root, 'data'), path.join(root, 'moved')];
  await mkdir(directory);
  const release = await lockDirectory(directory);
  try {
    await rename(directory, moved);
    await mkdir(directory);
    (await lockDirectory(directory))();
    await expect(lockDirectory(moved)).rejects.toThrow('already running');
  } finally {
    release();
    await rm(root, { recursive: true, force: true });
  }
});
