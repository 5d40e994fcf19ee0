// Bundles an example from our own files and what npm installed: nothing is fetched when the page runs.
//
// usage: node examples/bundle.mjs plain|react DIRECTORY
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Writes index.html, page.css, main.js and the worker that hashes.
 *
 * @param {'plain' | 'react'} name of the example
 * @param {string} outdir is made when it is not there
 */
export async function bundleExample(name, outdir) {
  mkdirSync(outdir, { recursive: true });
  cpSync(path.join(here, name, 'index.html'), path.join(outdir, 'index.html'));
  cpSync(path.join(here, 'page.css'), path.join(outdir, 'page.css'));
  await build({
    entryPoints: {
      main: path.join(here, name, name === 'react' ? 'main.tsx' : 'main.ts'),
      'hash-worker': path.join(here, '../client/src/browser/hash-worker.ts'),
    },
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: 'linked',
    tsconfig: path.join(here, 'tsconfig.json'),
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , name, outdir] = process.argv;
  await bundleExample(name, outdir);
}
