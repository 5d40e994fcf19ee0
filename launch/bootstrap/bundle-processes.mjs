import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Started often, and again after each crash: one file is read, linked and compiled in half the time of 1500. */
const PROCESSES = {
  api: 'src/main.ts',
  worker: 'workers/main.ts',
  // Loaded before them; together with them, because they stop what it started.
  tracing: 'src/observability/register.ts',
};
/** Runs in a sandbox, where it may read one file: all that it needs is in it. */
const ANALYSER = 'src/analyser/main.ts';
/**
 * Left as they are: what tracing instruments when Node loads it, what finds its compiled part beside itself,
 * and what packages ask for and do without.
 */
const EXTERNAL = ['@opentelemetry/*', 'ioredis', 'pg', 'msgpackr', 'pg-native', 'class-validator'];
/** What packages that are no modules find round themselves in Node. */
const COMMON_JS = [
  "import { createRequire } from 'node:module';",
  'const require = createRequire(import.meta.url);',
  'const { filename: __filename, dirname: __dirname } = import.meta;',
].join('');
/** Says that a file of a package is its own source, in one place: maps of packages would take 20 MB of each process. */
const UNMAPPED = `\n//# sourceMappingURL=data:application/json;base64,${btoa(
  '{"version":3,"sources":["package"],"sourcesContent":[""],"names":[],"mappings":"AAAA"}',
)}`;

/**
 * Makes each process a few files, with all its packages: `processes/{api,worker,tracing}.js` and what these share, and
 * `sandbox/analyser.mjs`.
 *
 * @param {import('esbuild').BuildOptions} common what all files are compiled with
 * @param {string} root of the repository
 * @param {string} outdir absolute
 */
export async function bundleProcesses(common, root, outdir) {
  const { build } = await import('esbuild');
  const banner = { js: COMMON_JS };
  const analyser = {
    entryPoints: [ANALYSER],
    outfile: path.join(outdir, 'sandbox', 'analyser.mjs'),
    minify: true,
    sourcemap: false,
  };
  const processes = {
    entryPoints: PROCESSES,
    outdir: path.join(outdir, 'processes'),
    splitting: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcesContent: false,
    external: EXTERNAL,
    plugins: [withoutCallers, unmappedPackages, sourcesWhereTheyAre(root)],
  };
  await Promise.all([analyser, processes].map((options) => build({ ...common, banner, ...options })));
}

/**
 * Pino asks who called it, for the sake of loggers in threads, of which we have none; to answer, Node reads all of the
 * source map of the process.
 */
const withoutCallers = {
  name: 'without-callers',
  setup(build) {
    build.onLoad({ filter: /\/pino\/lib\/caller\.js$/ }, () => ({
      contents: `module.exports = () => [];${UNMAPPED}`,
      loader: 'js',
    }));
  },
};

const unmappedPackages = {
  name: 'unmapped-packages',
  setup(build) {
    build.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '') + UNMAPPED,
      loader: 'js',
    }));
  },
};

/** A module that looks for a file beside itself looks where it would lie, were it compiled alone. */
const sourcesWhereTheyAre = (root) => ({
  name: 'sources-where-they-are',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const compiled = path.posix.join('..', path.relative(root, file).replace(/\.ts$/, '.js'));
      const contents = readFileSync(file, 'utf8')
        .replaceAll('import.meta.url', `new URL('${compiled}', import.meta.url).href`)
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${path.posix.dirname(compiled)}')`);
      return { contents, loader: 'ts' };
    });
  },
});
