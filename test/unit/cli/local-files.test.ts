import { rmSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { onCliScene } from '../../support/cli-scene.js';

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
    await chmod(scene.directory, 0o755);
    for (const closed of [closedFile, closedDirectory]) await chmod(closed, 0);
    const [one, all] = await asAnybody(
      async () =>
        [
          await upload([closedFile, open]),
          await upload(['--recursive', path.join(scene.directory, 'below')]),
        ] as const,
    );
    expect([one.exitCode, one.results.length]).toEqual([1, 1]);
    expect(one.errors).toContain(`${closedFile}: ${closedFile} may not be read.`);
    expect(all).toMatchObject({ exitCode: 1, errors: [`${closedDirectory} may not be read.`] });
  });
});

/** Root may read everything: tests often are. */
async function asAnybody<T>(work: () => Promise<T>): Promise<T> {
  const user = process.geteuid?.() ?? 0;
  if (user === 0) process.seteuid?.('nobody');
  try {
    return await work();
  } finally {
    process.seteuid?.(user);
  }
}
