import { rmSync } from 'node:fs';
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
});
