import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { onCliScene } from '../../support/cli-scene.js';

const scene = onCliScene();
const { file, upload } = scene;

const putsOf = (log: readonly string[]): string[] => log.filter((entry) => entry.startsWith('PUT')).sort();

describe('the upload command', () => {
  it('sends every byte in its place, in parallel, and ends with the verdict', async () => {
    const content = Buffer.from(Array.from({ length: 12_345 }, (_, index) => index % 251));
    const { exitCode, results } = await upload([await file('a.bin', content), '--parallel', '3']);
    expect(exitCode).toBe(0);
    expect(results.join()).toContain('CLEAN');
    const parts = [...(scene.fake.uploads.get('file-1')?.parts ?? [])].sort(([a], [b]) => a - b);
    expect(Buffer.concat(parts.map(([, bytes]) => bytes)).equals(content)).toBe(true);
    expect(scene.fake.mostPartsAtOnce).toBeGreaterThan(1);
    expect(scene.fake.mostPartsAtOnce).toBeLessThanOrEqual(3);
  });

  it('names every part with its ETag at completion, also those that were there before', async () => {
    const source = await file('a', 'x'.repeat(1500));
    scene.fake.partRefusals.push({ status: 413, code: 'TOO_LARGE', retryable: false });
    await upload([source, '--parallel', '1']);
    scene.fake.uploads.get('file-1')?.parts.set(1, Buffer.from('x'.repeat(1000)));
    expect((await upload([source, '--resume', 'file-1'])).exitCode).toBe(0);
    expect(scene.fake.completions).toEqual([
      [
        { partNumber: 1, etag: 'e' },
        { partNumber: 2, etag: '"e"' },
      ],
    ]);
  });

  it('refuses to go on with a file that has other bytes than those that were sent', async () => {
    const source = await file('a', 'x'.repeat(1500));
    scene.fake.partRefusals.push({ status: 413, code: 'TOO_LARGE', retryable: false });
    await upload([source, '--parallel', '1']);
    scene.fake.uploads.get('file-1')?.parts.set(1, Buffer.from('y'.repeat(1000)));
    const { exitCode, errors } = await upload([source, '--resume', 'file-1']);
    expect([exitCode, errors.join().includes('FILE_CHANGED')]).toEqual([1, true]);
  });

  it('sends a file of zero bytes', async () => {
    expect((await upload([await file('empty', '')])).exitCode).toBe(0);
  });

  it('says what was found, by which engine, and exits with the code of the worst verdict', async () => {
    const { exitCode, results } = await upload([await file('good', 'x'), await file('bad', 'EICAR')]);
    expect(exitCode).toBe(2);
    expect(results.join('\n')).toMatch(/bad: INFECTED[^]*reason: MALWARE[^]*Eicar[^]*Fake 1, definitions 7/);
  });

  it('answers with JSON where it is asked to, and with nothing else on standard output', async () => {
    const { results } = await upload(['--json', await file('good', 'x'), await file('bad', 'EICAR')]);
    const answers = results.map((line) => JSON.parse(line) as { ending: string });
    expect(answers.map(({ ending }) => ending).sort()).toEqual(['CLEAN', 'INFECTED']);
  });

  it('sends a part again after a refusal that may pass, and not before the time it was told', async () => {
    scene.fake.partRefusals.push({ status: 503, code: 'OVERLOADED', retryable: true, retryAfterMs: 300 });
    const began = performance.now();
    const { exitCode } = await upload([await file('a', 'x'.repeat(1500))]);
    expect(exitCode).toBe(0);
    expect(performance.now() - began).toBeGreaterThanOrEqual(300);
    expect(putsOf(scene.fake.log)).toHaveLength(3);
  });

  it('sends a part again under a fresh URL when its bytes broke on the way', async () => {
    scene.fake.partRefusals.push({ status: 422, code: 'CHECKSUM_MISMATCH', retryable: false });
    expect((await upload([await file('a', 'xyz')])).exitCode).toBe(0);
    expect(scene.fake.log.filter((entry) => entry === 'signUploadParts')).toHaveLength(2);
  });

  it('gives up at once on a refusal for good, and offers no way that cannot work', async () => {
    scene.fake.partRefusals.push({ status: 413, code: 'TOO_LARGE', retryable: false });
    const { exitCode, errors } = await upload([await file('a', 'xyz')]);
    expect(exitCode).toBe(1);
    expect(errors.join('\n')).toMatch(/TOO_LARGE(?![^]*--resume)/);
    expect(putsOf(scene.fake.log)).toEqual(['PUT 1']);
  });

  it('resumes with the missing parts alone', async () => {
    const source = await file('a', 'x'.repeat(2500));
    scene.fake.partRefusals.push({ status: 413, code: 'TOO_LARGE', retryable: false });
    await upload([source, '--parallel', '1']);
    scene.fake.uploads.get('file-1')?.parts.set(2, Buffer.from('x'.repeat(1000)));
    scene.fake.log.length = 0;
    expect((await upload([source, '--resume', 'file-1'])).exitCode).toBe(0);
    expect(putsOf(scene.fake.log)).toEqual(['PUT 1', 'PUT 3']);
    expect(scene.fake.log).not.toContain('createUpload');
  });

  it('refuses to resume with a file of another size, or an unknown upload', async () => {
    const source = await file('a', 'x');
    await upload([source]);
    const other = await file('b', 'xx');
    expect((await upload([other, '--resume', 'file-1'])).errors.join()).toContain('it is another one');
    expect((await upload([other, '--resume', 'file-9'])).errors.join()).toContain(
      'no upload with the id file-9',
    );
  });

  it('says how to go on when it is interrupted', async () => {
    const interrupt = new AbortController();
    const source = await file('a', 'x'.repeat(200_000));
    const running = upload([source, '--parallel', '1'], interrupt.signal);
    await expect.poll(() => putsOf(scene.fake.log).length).toBeGreaterThan(1);
    interrupt.abort();
    const { exitCode, errors } = await running;
    expect(exitCode).toBe(130);
    expect(errors.join('\n')).toContain('--resume file-1 ');
    expect(putsOf(scene.fake.log).length).toBeLessThan(200);
  });

  it('goes into directories only where it is told to', async () => {
    await file('a', 'x');
    await file('b', 'x');
    expect((await upload([scene.directory])).errors.join()).toContain('add --recursive');
    expect((await upload([scene.directory, '-r'])).results).toHaveLength(2);
    const empty = path.join(scene.directory, 'empty');
    await mkdir(empty);
    const { exitCode, errors } = await upload([empty, '-r']);
    expect([exitCode, errors.join()]).toEqual([1, `There is no file in ${empty}.`]);
  });

  it('downloads under the name of the file, or where it is told to, and leaves nothing half done', async () => {
    await upload([await file('a', 'content')]);
    const target = path.join(scene.directory, 'copy');
    expect((await upload(['--download', 'file-1', '-o', target])).exitCode).toBe(0);
    expect(await readFile(target, 'utf8')).toBe('content');
    await expect(readFile(`${target}.partial`)).rejects.toThrow('ENOENT');
  });

  it('names what is wrong: no file, no service, an unknown client', async () => {
    expect((await upload([path.join(scene.directory, 'missing')])).errors.join()).toContain(
      'missing does not exist',
    );
    const source = await file('a', 'x');
    expect((await upload([source, '--secret', 'wrong'])).errors.join()).toContain('does not know the client');
    await scene.fake.close();
    const { exitCode, errors } = await upload([source]);
    expect(exitCode).toBe(1);
    expect(errors.join()).toMatch(/Nothing answers[^]*npm start/);
  });

  it('doubts the address where something else answers', async () => {
    const other = createServer((_, response) => response.writeHead(405).end()).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
    const { exitCode, errors } = await upload([await file('a', 'x'), '--url', url]);
    expect([exitCode, errors.join()]).toEqual([
      1,
      expect.stringContaining('Is it Lazaret that answers there?'),
    ]);
    other.close();
  });
});
