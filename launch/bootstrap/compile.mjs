import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleProcesses } from './bundle-processes.mjs';

/**
 * Packages whose many small modules refer to each other so often that Node takes most of a second and 200 MB
 * to link them: each is made into a few files.
 */
const BUNDLED = /^drizzle-orm(?:\/|$)/;
const BUNDLED_IMPORT = /from '(drizzle-orm(?:\/[^']*)?)'/g;

/**
 * Compiles TypeScript file by file, so that each is found where its source was, and copies everything else. What is
 * started often is made into few files besides.
 *
 * @param {string} root of the repository
 * @param {string[]} files relative to it
 * @param {string} outdir absolute
 */
export async function compile(root, files, outdir) {
  const { build } = await import('esbuild');
  const sources = files.filter((file) => file.endsWith('.ts'));
  for (const file of files) {
    if (!file.endsWith('.ts')) cpSync(path.join(root, file), path.join(outdir, file));
  }
  const common = {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
    sourcemap: 'linked',
    tsconfig: path.join(root, 'tsconfig.json'),
  };
  await Promise.all([
    build({ ...common, entryPoints: sources, outdir, outbase: '.', plugins: [keepImports(root)] }),
    bundleProcesses(common, root, outdir),
    bundlePackages(common, bundledImports(root, sources), outdir),
  ]);
}

/** Leaves every import as it is written, except that of a bundled package, which moves to its file. */
const keepImports = (root) => ({
  name: 'keep-imports',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path: name, kind, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      if (!BUNDLED.test(name)) return { path: name, external: true };
      const file = path.join(root, 'bundled', `${name}.js`);
      const relative = path.relative(resolveDir, file);
      return { path: relative.startsWith('.') ? relative : `./${relative}`, external: true };
    });
  },
});

async function bundlePackages(common, names, outdir) {
  const { build } = await import('esbuild');
  await build({
    ...common,
    entryPoints: Object.fromEntries(names.map((name) => [name, name])),
    outdir: path.join(outdir, 'bundled'),
    splitting: true,
    external: ['pg', 'pg-native'],
    sourcemap: false,
  });
}

function bundledImports(root, sources) {
  const names = sources.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(BUNDLED_IMPORT)].map((match) => match[1]),
  );
  return [...new Set(names)];
}
