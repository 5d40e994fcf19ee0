/**
 * Bundles the example and serves it: `node examples/uppy/serve.mjs [--port 4100] [--api http://127.0.0.1:4000]`.
 * The origin of the page must be one of the API's LAZARET_ALLOWED_ORIGINS.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { context } from 'esbuild';

const PAGES = ['tus', 's3-5', 's3-6'];

const OPTIONS = {
  port: { type: 'string', default: '4100' },
  api: { type: 'string', default: 'http://127.0.0.1:4000' },
};
const values = readOptions();
const here = import.meta.dirname;
const outdir = await mkdtemp(path.join(tmpdir(), 'lazaret-uppy-'));

const bundles = await context({
  absWorkingDir: here,
  entryPoints: PAGES.map((page) => `${page}.ts`),
  outdir,
  bundle: true,
  format: 'esm',
  minify: true,
  platform: 'browser',
  target: 'es2022',
  tsconfig: path.join(here, 'tsconfig.json'),
  define: { API_URL: JSON.stringify(values.api), 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});
const template = await readFile(path.join(here, 'index.html'), 'utf8');
for (const page of PAGES) {
  await writeFile(path.join(outdir, `${page}.html`), template.replaceAll('{{entry}}', page));
}
await writeFile(
  path.join(outdir, 'index.html'),
  `<meta http-equiv="refresh" content="0; url=/${PAGES[0]}.html" />`,
);
await bundles.rebuild();
const { port } = await bundles
  .serve({ servedir: outdir, host: '127.0.0.1', port: Number(values.port) })
  .catch(async (error) => {
    console.error(
      `Port ${values.port} cannot be listened on (${error.message}): name another one with --port.`,
    );
    await stop();
    process.exit(1);
  });
console.log(`http://127.0.0.1:${port}/`);

process.once('SIGINT', stop).once('SIGTERM', stop);

async function stop() {
  await bundles.dispose();
  await rm(outdir, { recursive: true, force: true });
}

function readOptions() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch {
    console.error('usage: node examples/uppy/serve.mjs [--port 4100] [--api http://127.0.0.1:4000]');
    return process.exit(1);
  }
}
