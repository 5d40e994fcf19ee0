import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { isRoot } from '../../../launch/services/run-as.js';
import { onCliScene, type CommandRun } from '../../support/cli-scene.js';

const MODULE = path.resolve(import.meta.dirname, '../../../cli/upload.ts');
const RUN = `const [module, ...args] = process.argv.slice(1); process.exitCode = await (await import(module)).run(args);`;
const BOUND_BY_MODES = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'];

describe('the upload command, with local files that are not what they should be', () => {
  const scene = onCliScene();
  const { file, upload } = scene;

  it('says in one line that a download cannot be written where it is told to', async () => {
    await upload([await file('a', 'content')]);
    const target = path.join(scene.directory, 'no-such-directory', 'copy');
    const { exitCode, errors } = await upload(['--download', 'file-1', '-o', target]);
    expect([exitCode, errors]).toEqual([1, [`${target} cannot be written (ENOENT).`]]);
    const below = path.join(scene.directory, 'a', 'copy');
    const refused = await upload(['--download', 'file-1', '-o', below]);
    expect([refused.exitCode, refused.errors]).toEqual([1, [`${below} cannot be written (ENOTDIR).`]]);
  });

  it('fails a file alone that vanished after it was listed, and reports all others', async () => {
    const gone = await file('gone', 'x');
    const sources = [await file('bad', 'EICAR'), gone, await file('good', 'x')];
    // The first question is asked between the listing and the first file.
    scene.fake.log.push = (...entries) => {
      if (entries.includes('viewer')) rmSync(gone);
      return Array.prototype.push.apply(scene.fake.log, entries);
    };
    const { exitCode, results, errors } = await upload(sources);
    expect(exitCode).toBe(2);
    expect(results.map((line) => path.basename(line.split(':')[0] ?? '')).sort()).toEqual(['bad', 'good']);
    expect(errors).toContain(`${gone}: ${gone} does not exist.`);
  });

  it('says which file and which directory below the given one are closed to the caller', async () => {
    const [closedFile, open] = [await file('closed', 'x'), await file('open', 'x')];
    const closedDirectory = path.join(scene.directory, 'below', 'closed');
    await mkdir(closedDirectory, { recursive: true });
    for (const closed of [closedFile, closedDirectory]) await chmod(closed, 0);
    const one = await uploadAsAnybody(scene.fake.url, [closedFile, open]);
    expect([one.exitCode, one.results[0]]).toEqual([1, expect.stringContaining(`${open}: CLEAN`)]);
    expect(one.errors).toContain(`${closedFile}: ${closedFile} may not be read.`);
    const all = await uploadAsAnybody(scene.fake.url, ['--recursive', path.join(scene.directory, 'below')]);
    expect(all).toMatchObject({ exitCode: 1, errors: [`${closedDirectory} may not be read.`] });
  });
});

/** Runs the command in a process of its own that may do with files what their modes say: root may do more, as tests often are. */
async function uploadAsAnybody(url: string, args: readonly string[]): Promise<CommandRun> {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', RUN, '--', MODULE];
  const command = [...(isRoot() ? BOUND_BY_MODES : []), ...node, '--url', url, '--live', 'sse', ...args];
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [results, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { exitCode, results: linesOf(results), errors: linesOf(errors) };
}

const linesOf = (output: string): string[] => output.split('\n').filter((line) => line !== '');
