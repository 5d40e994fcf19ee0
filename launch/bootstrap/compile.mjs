import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Packages whose many small modules refer to each other so often that Node takes most of a second and 200 MB
 * to link them: each is made into a few files.
 */
const BUNDLED = /^drizzle-orm(?:\/|$)/;
/** Runs in a sandbox, where it may read one file: all that it needs is in it. */
const ANALYSER = 'src/analyser/main.ts';
/** A package of the analyser that is no module asks for a part of Node this way. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
const BUNDLED_IMPORT = /from '(drizzle-orm(?:\/[^']*)?)'/g;

/**
 * Compiles TypeScript file by file, so that each is found where its source was, and copies everything else.
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
  };
  await build({
    ...common,
    entryPoints: sources,
    outdir,
    outbase: '.',
    tsconfig: path.join(root, 'tsconfig.json'),
    plugins: [keepImports(root)],
  });
  if (sources.includes(ANALYSER)) {
    const outfile = path.join(outdir, 'sandbox', 'analyser.mjs');
    const banner = { js: REQUIRE };
    await build({ ...common, entryPoints: [ANALYSER], outfile, banner, minify: true, sourcemap: false });
  }
  const bundled = bundledImports(root, sources);
  if (bundled.length === 0) return;
  await build({
    ...common,
    entryPoints: Object.fromEntries(bundled.map((name) => [name, name])),
    outdir: path.join(outdir, 'bundled'),
    splitting: true,
    external: ['pg', 'pg-native'],
    sourcemap: false,
  });
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

function bundledImports(root, sources) {
  const names = sources.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(BUNDLED_IMPORT)].map((match) => match[1]),
  );
  return [...new Set(names)];
}
