import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { readOptions } from '../../cli/options.js';
import { runCommand } from '../../cli/run-command.js';
import { startFakeLazaret, type FakeLazaret } from './fake-lazaret.js';

/** What a run of the upload command said, line by line, and how it ended. */
export interface CommandRun {
  readonly exitCode: number;
  readonly results: string[];
  readonly errors: string[];
}

/** What each test of the upload command has: a service of its own, and a directory. */
export interface CliScene {
  fake: FakeLazaret;
  directory: string;
  /** Writes a file into the directory; answers its path. */
  readonly file: (name: string, content: string | Buffer) => Promise<string>;
  /** Runs the command in this process, without a terminal. */
  readonly upload: (args: readonly string[], signal?: AbortSignal) => Promise<CommandRun>;
}

/** Makes a scene for every test of the file. */
export function onCliScene(): CliScene {
  const scene = {
    file: async (name, content) => {
      const target = path.join(scene.directory, name);
      await writeFile(target, content);
      return target;
    },
    upload: (args, signal) => run(scene.fake.url, args, signal),
  } as CliScene;
  beforeEach(async () => {
    scene.fake = await startFakeLazaret();
    scene.directory = await mkdtemp(path.join(tmpdir(), 'lazaret-cli-'));
  });
  afterEach(async () => {
    await scene.fake.close();
    await rm(scene.directory, { recursive: true, force: true });
  });
  return scene;
}

async function run(
  url: string,
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<CommandRun> {
  const results: string[] = [];
  const errors: string[] = [];
  const output = {
    result: (line: string) => results.push(line),
    error: (line: string) => errors.push(line),
    terminal: undefined,
  };
  const options = readOptions(['--url', url, '--live', 'sse', ...args], {});
  return { exitCode: await runCommand(options, output, signal), results, errors };
}
