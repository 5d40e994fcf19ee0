import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const SOURCE = 'playground';
const CACHE = 'node_modules/.cache/graphiql';
/** Where the server offers what is beside the page. */
const PUBLIC_PATH = '/graphiql/';
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/**
 * Bundles GraphiQL with everything that it needs, so that the page asks nobody but us. What was bundled once
 * is kept by the hash of its sources and of the installed packages.
 *
 * @param {string} root of the repository
 * @param {string} outdir gets index.html and assets/
 */
export async function buildGraphiql(root, outdir) {
  const kept = path.join(root, CACHE, fingerprint(root));
  if (!existsSync(kept)) {
    const fresh = `${kept}.${process.pid}`;
    try {
      await bundle(root, fresh);
      rmSync(kept, { recursive: true, force: true });
      renameSync(fresh, kept);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  cpSync(kept, outdir, { recursive: true });
}

async function bundle(root, outdir) {
  const { build } = await import('esbuild');
  const assets = path.join(outdir, 'assets');
  const shared = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    metafile: true,
    outdir: assets,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    loader: { '.ttf': 'file', '.woff2': 'file' },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  };
  const workers = await build({ ...shared, entryPoints: WORKERS, format: 'iife' });
  const page = await build({
    ...shared,
    entryPoints: { main: path.join(SOURCE, 'main.tsx') },
    format: 'esm',
    // In one piece: nothing would load the styles of pieces that come later.
    splitting: false,
    tsconfig: path.join(root, SOURCE, 'tsconfig.json'),
    define: { ...shared.define, WORKERS: JSON.stringify(namesOf(workers.metafile)) },
  });
  const { main } = namesOf(page.metafile);
  const style = readdirSync(assets).find((name) => /^main-.*\.css$/.test(name)) ?? '';
  const html = readFileSync(path.join(root, SOURCE, 'index.html'), 'utf8')
    .replace('{{script}}', main)
    .replace('{{style}}', PUBLIC_PATH + style);
  mkdirSync(outdir, { recursive: true });
  writeFileSync(path.join(outdir, 'index.html'), html);
}

/** The public path of each entry point, by its name. */
function namesOf({ outputs }) {
  const entries = Object.entries(outputs).filter(
    ([file, { entryPoint }]) => entryPoint && file.endsWith('.js'),
  );
  return Object.fromEntries(
    entries.map(([file]) => {
      const name = path.basename(file);
      return [name.slice(0, name.lastIndexOf('-')), PUBLIC_PATH + name];
    }),
  );
}

function fingerprint(root) {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  hash.update(readFileSync(import.meta.filename));
  for (const name of readdirSync(path.join(root, SOURCE)).sort()) {
    hash.update(`${name}\0`).update(readFileSync(path.join(root, SOURCE, name)));
  }
  return hash.digest('hex').slice(0, 16);
}
