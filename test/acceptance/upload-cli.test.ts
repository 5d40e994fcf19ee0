import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import yazl from 'yazl';
import type { Product } from '../support/product.js';
import { runUpload } from '../support/run-upload.js';
import { onSharedProduct } from '../support/shared-product.js';

/** The harmless test string of the antivirus industry, in two pieces so that no scanner hits this file. */
const EICAR = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
);

let product: Product;
let directory: string;

onSharedProduct(async (shared) => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-upload-'));
  product = shared;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function file(name: string, content: Buffer): Promise<string> {
  const target = path.join(directory, name);
  await writeFile(target, content);
  return target;
}

function zipped(name: string, content: Buffer): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream);
}

interface Answer {
  readonly ending: string;
  readonly alreadyStored: boolean;
  readonly file: {
    readonly id: string;
    readonly sha256: string;
    readonly verdict: { readonly engine: string };
  };
}
const answersOf = (stdout: string): Answer[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);

describe('npm run upload', () => {
  it.each([
    ['zero bytes', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['5 MB in parts', randomBytes(5_000_000)],
  ])(
    'brings a file of %s in, has it inspected, and brings it out again byte for byte',
    async (name, content) => {
      const source = await file(name, content);
      const { exitCode, stdout } = await runUpload(product.url, ['--json', '--verify', source]);
      const [answer] = answersOf(stdout);
      expect([exitCode, answer?.ending]).toEqual([0, 'CLEAN']);
      expect(answer?.file.sha256).toBe(createHash('sha256').update(content).digest('hex'));
      expect(answer?.file.verdict.engine).toMatch(/ClamAV/);
      const copy = `${source}.copy`;
      expect(await runUpload(product.url, ['--download', answer?.file.id ?? '', '-o', copy])).toMatchObject({
        exitCode: 0,
      });
      expect((await readFile(copy)).equals(content)).toBe(true);
    },
  );

  it('says INFECTED of the test virus, plain, in a zip and in a zip in a zip, and gives none of them out', async () => {
    const zip = await zipped('eicar.com', EICAR);
    const sources = await Promise.all([
      file('eicar.com', EICAR),
      file('eicar.zip', zip),
      file('nested.zip', await zipped('eicar.zip', zip)),
    ]);
    const { exitCode, stdout } = await runUpload(product.url, ['--json', ...sources]);
    const answers = answersOf(stdout);
    expect(exitCode).toBe(2);
    expect(answers.map(({ ending }) => ending)).toEqual(['INFECTED', 'INFECTED', 'INFECTED']);
    const copy = path.join(directory, 'virus');
    const refused = await runUpload(product.url, ['--download', answers[0]?.file.id ?? '', '-o', copy]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('FILE_NOT_AVAILABLE');
    await expect(readFile(copy)).rejects.toThrow('ENOENT');
  });

  it.each(['ws', 'sse'])(
    'shows the way of a file over %s, without a terminal as lines',
    async (transport) => {
      const source = await file('seen', Buffer.from('seen'));
      const { exitCode, stdout, stderr } = await runUpload(product.url, ['--live', transport, source]);
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/seen: CLEAN, 4 B of 4 B/);
      expect(stdout).toContain('engine: ClamAV');
    },
  );

  it('sends nothing a second time, of a file that it is told to ask for', async () => {
    const content = randomBytes(3_000_000);
    const source = await file('again.bin', content);
    const first = await runUpload(product.url, ['--json', '--ask-from', '0', source]);
    expect(answersOf(first.stdout)[0]).toMatchObject({ ending: 'CLEAN', alreadyStored: false });
    // On a machine that is too busy to compare in time the answer is to send.
    for (let tries = 0; tries < 5; tries += 1) {
      const { exitCode, stdout } = await runUpload(product.url, ['--json', '--ask-from', '0', source]);
      const [answer] = answersOf(stdout);
      expect([exitCode, answer?.ending]).toEqual([0, 'CLEAN']);
      if (!answer?.alreadyStored) continue;
      const copy = `${source}.copy`;
      await runUpload(product.url, ['--download', answer.file.id, '-o', copy]);
      expect((await readFile(copy)).equals(content)).toBe(true);
      return;
    }
    expect.fail('The bytes were stored, and were sent again and again.');
  });

  it('refuses a client without the permission, and shows another tenant nothing', async () => {
    const source = await file('mine', Buffer.from('mine'));
    const viewer = await runUpload(product.url, ['--client', 'acme-viewer', source]);
    expect([viewer.exitCode, viewer.stderr.includes('FORBIDDEN')]).toEqual([1, true]);
    const [answer] = answersOf((await runUpload(product.url, ['--json', source])).stdout);
    const other = await runUpload(product.url, [
      '--client',
      'globex-admin',
      '--download',
      answer?.file.id ?? '',
    ]);
    expect([other.exitCode, other.stderr.includes('There is no file')]).toEqual([1, true]);
  });
});

describe('npm', () => {
  it('takes paths from where it was called', async () => {
    await file('here.txt', Buffer.from('here'));
    const env = { INIT_CWD: directory, npm_lifecycle_event: 'upload' };
    const { exitCode, stdout } = await runUpload(product.url, ['--json', 'here.txt'], env);
    expect([exitCode, answersOf(stdout)[0]?.ending]).toEqual([0, 'CLEAN']);
  });
});
