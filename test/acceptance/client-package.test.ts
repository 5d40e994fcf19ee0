import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PACKAGE = path.join(ROOT, 'client');
const run = promisify(execFile);

/** What the code in the README takes for granted. */
const NAMES_OF_README = `
  declare const session: { accessToken(options: { renew: boolean }): Promise<string> };
  declare const file: File;
  declare const token: string;
  declare const upload: { readonly result: Promise<unknown> };
  declare const tokenUrl: string, clientId: string, clientSecret: string;
  declare function show(phase: string, sentBytes: number): void;
  declare function tell(message: string): void;
`;

describe('the package of the client library, as it would be published', () => {
  let consumer: string;

  beforeAll(async () => {
    const builder = path.join(ROOT, 'launch/bootstrap/client-package.mjs');
    const { buildClientPackage } = (await import(builder)) as {
      buildClientPackage: (root: string) => Promise<void>;
    };
    await buildClientPackage(ROOT);
    consumer = await mkdtemp(path.join(tmpdir(), 'lazaret-consumer-'));
    await mkdir(path.join(consumer, 'node_modules/@lazaret'), { recursive: true });
    await symlink(PACKAGE, path.join(consumer, 'node_modules/@lazaret/client'));
    await mkdir(path.join(consumer, 'node_modules/@types'));
    for (const name of ['react', '@types/react']) {
      await symlink(path.join(ROOT, 'node_modules', name), path.join(consumer, 'node_modules', name));
    }
    await writeFile(path.join(consumer, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rm(consumer, { recursive: true, force: true }));

  it('names only files that are there', async () => {
    const { exports: entries } = JSON.parse(await readFile(path.join(PACKAGE, 'package.json'), 'utf8')) as {
      exports: unknown;
    };
    const files = JSON.stringify(entries).match(/\.\/dist\/[\w./-]+/g) ?? [];
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) await readFile(path.join(PACKAGE, file));
  });

  it('brings its licence, and maps whose sources lie in it', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json'], { cwd: PACKAGE });
    const [{ files = [] } = {}] = JSON.parse(stdout) as { files?: { path: string }[] }[];
    expect(files.map((file) => file.path)).toContain('LICENSE');
    const licence = await readFile(path.join(PACKAGE, 'LICENSE'), 'utf8');
    expect(licence).toBe(await readFile(path.join(ROOT, 'LICENSE'), 'utf8'));
    const maps = files.filter((file) => file.path.endsWith('.js.map')).map((file) => file.path);
    expect(maps.length).toBeGreaterThan(30);
    for (const map of maps) {
      const { sources } = JSON.parse(await readFile(path.join(PACKAGE, map), 'utf8')) as {
        sources: string[];
      };
      for (const source of sources) {
        expect(path.join(path.dirname(map), source)).toBe(
          map.replace(/^dist/u, 'src').replace(/\.js\.map$/u, '.ts'),
        );
      }
    }
  });

  it('can be imported by Node, by the conditions of browsers, and with its operations', async () => {
    const script = path.join(consumer, 'use.js');
    await writeFile(
      script,
      `import * as client from '@lazaret/client';
       import { ViewerDocument } from '@lazaret/client/operations';
       console.log(Object.keys(client).sort().join(), String(ViewerDocument).includes('viewer'));`,
    );
    const inNode = await run(process.execPath, [script]);
    expect(inNode.stdout.trim()).toBe(
      'UploadError,clientCredentials,createUploadClient,fileResumeStore,hasCode true',
    );
    const inBrowser = await run(process.execPath, ['--conditions=browser', script]);
    expect(inBrowser.stdout.trim()).toBe('UploadError,createUploadClient,hasCode true');
  });

  it('leaves out of a page what the page does not use', async () => {
    const contents = `import { createUploadClient } from '@lazaret/client/browser'; console.log(createUploadClient);`;
    const page = await build({
      stdin: { contents, resolveDir: consumer },
      bundle: true,
      format: 'esm',
      logLevel: 'silent',
      minify: true,
      platform: 'browser',
      write: false,
    });
    const operations = page.outputFiles[0]?.text.matchAll(/(?:query|mutation|subscription) (\w+)/gu) ?? [];
    expect(new Set(Array.from(operations, ([, name]) => name))).toEqual(
      new Set([
        'cancelUpload',
        'challengePossession',
        'completeUpload',
        'createUpload',
        'file',
        'provePossession',
        'signUploadParts',
        'uploadProgress',
      ]),
    );
  });

  it('has types that the strictest compiler accepts, without the types of Node or of a page beside them', async () => {
    await writeFile(
      path.join(consumer, 'use.ts'),
      `import { createUploadClient, hasCode, type UploadedFile } from '@lazaret/client';
       const client = createUploadClient({ url: 'http://x', getToken: () => 'token' });
       const result: Promise<UploadedFile> = client.upload(new Blob(['x']), { until: 'sent' }).result;
       result.catch((error: unknown) => hasCode(error, 'TOO_LARGE') && error.retryAfterMs);`,
    );
    expect(await compile('typescript', { module: 'nodenext' }, ['use.ts'])).toBe('');
  });

  it.each([
    ['nodenext', { module: 'nodenext' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('has a README whose code compiles as it stands, by the resolution %s', async (_name, options) => {
    const files = ['names.d.ts'];
    await writeFile(path.join(consumer, 'names.d.ts'), NAMES_OF_README);
    const texts = [path.join(PACKAGE, 'README.md'), path.join(ROOT, 'README.md')];
    for (const text of await Promise.all(texts.map((file) => readFile(file, 'utf8')))) {
      // The other code in them is about other libraries.
      for (const [, language, code] of text.matchAll(/^```(tsx?)\n(import[^`]*@lazaret.*?)^```/gms)) {
        const file = `readme-${files.length}.${language ?? ''}`;
        files.push(file);
        await writeFile(path.join(consumer, file), code ?? '');
      }
    }
    expect(files.length).toBeGreaterThan(4);
    expect(await compile('typescript-7', { ...options, jsx: 'react-jsx' }, files)).toBe('');
  });

  /** What a compiler says of files of the consumer. */
  async function compile(compiler: string, options: object, files: readonly string[]): Promise<string> {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true },
      ...{ target: 'es2024', lib: ['es2024', 'dom'], types: [], ...options },
    };
    await writeFile(path.join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const command = [
      path.join(ROOT, 'node_modules', compiler, 'bin/tsc'),
      '-p',
      consumer,
      '--pretty',
      'false',
    ];
    return run(process.execPath, command).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { readonly stdout: string }).stdout,
    );
  }
});
