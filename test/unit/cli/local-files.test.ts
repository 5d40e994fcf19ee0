import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeLazaret, type FakeLazaret } from '../../support/fake-lazaret.js';
import { runInProcess, type CommandRun } from '../../support/run-in-process.js';

describe('the upload command, with local files that are not what they should be', () => {
  let fake: FakeLazaret;
  let directory: string;

  beforeEach(async () => {
    fake = await startFakeLazaret();
    directory = await mkdtemp(path.join(tmpdir(), 'lazaret-cli-'));
  });
  afterEach(async () => {
    await fake.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function file(name: string, content: string): Promise<string> {
    const target = path.join(directory, name);
    await writeFile(target, content);
    return target;
  }
  const run = (args: readonly string[]): Promise<CommandRun> => runInProcess(fake.url, args);

  it('says in one line that a download cannot be written where it is told to', async () => {
    await run([await file('a', 'content')]);
    const target = path.join(directory, 'no-such-directory', 'copy');
    const { exitCode, errors } = await run(['--download', 'file-1', '-o', target]);
    expect([exitCode, errors]).toEqual([1, [`${target} cannot be written (ENOENT).`]]);
    const below = path.join(directory, 'a', 'copy');
    const refused = await run(['--download', 'file-1', '-o', below]);
    expect([refused.exitCode, refused.errors]).toEqual([1, [`${below} cannot be written (ENOTDIR).`]]);
  });

  it('fails a file alone that vanished after it was listed, and reports all others', async () => {
    const gone = await file('gone', 'x');
    const sources = [await file('bad', 'EICAR'), gone, await file('good', 'x')];
    // The first question is asked between the listing and the first file.
    fake.log.push = (...entries) => {
      if (entries.includes('viewer')) rmSync(gone);
      return Array.prototype.push.apply(fake.log, entries);
    };
    const { exitCode, results, errors } = await run(sources);
    expect(exitCode).toBe(2);
    expect(results.map((line) => path.basename(line.split(':')[0] ?? '')).sort()).toEqual(['bad', 'good']);
    expect(errors).toContain(`${gone}: ${gone} does not exist.`);
  });
});
