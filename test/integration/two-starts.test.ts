import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MODULE = path.resolve(import.meta.dirname, '../../launch/lock-directory.ts');
const STARTS = 3;
const ROUNDS = 6;
/** Until all of them have loaded what they need. */
const HEAD_START_MS = 3_000;
const ROUND_MS = 400;

/** Runs in a process of its own: takes each directory at its moment, as exactly as a busy wait can. */
const SCRIPT = `
  import { setTimeout as delay } from 'node:timers/promises';
  const [module, begin, ...directories] = process.argv.slice(1);
  const { lockDirectory } = await import(module);
  const got = [];
  for (const [round, directory] of directories.entries()) {
    const at = Number(begin) + round * ${ROUND_MS};
    await delay(at - Date.now() - 20);
    while (Date.now() < at);
    got.push(await Promise.resolve().then(() => lockDirectory(directory)).then(() => true, () => false));
  }
  await delay(${ROUND_MS});
  console.log(JSON.stringify(got));
`;

it('gives a directory to one of several starts at the same moment, also where a killed one left its mark', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'lazaret-starts-'));
  const directories = await Promise.all(
    Array.from({ length: ROUNDS }, async () => {
      const directory = await mkdtemp(path.join(root, 'data-'));
      await writeFile(path.join(directory, 'supervisor.pid'), '4194303 1');
      return directory;
    }),
  );
  const begin = String(Date.now() + HEAD_START_MS);
  const start = async (): Promise<boolean[]> => {
    const flags = ['--import', 'tsx', '--input-type=module', '-e', SCRIPT, '--'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, MODULE, begin, ...directories]);
    return JSON.parse(stdout) as boolean[];
  };
  try {
    const answers = await Promise.all(Array.from({ length: STARTS }, start));
    const winners = directories.map((_, round) => answers.filter((got) => got[round]).length);
    expect(winners).toEqual(directories.map(() => 1));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}, 30_000);
