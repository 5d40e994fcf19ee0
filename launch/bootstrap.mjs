// The door to every command: plain JavaScript that any Node from 18 on can run. It installs the packages
// when they are not as the lock file says, goes on under Node 24 when it runs under an older one, compiles
// what has changed, and hands over to the command.
//
// usage: node launch/bootstrap.mjs COMMAND [ARGUMENT...]
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensurePackages } from './bootstrap/packages.mjs';
import { followParent, handOver, neededNode } from './bootstrap/runtime.mjs';

/** Where each command begins, below dist/; it exports `run(arguments)`, which answers with the exit code. */
const COMMANDS = {
  start: 'launch/start.js',
  upload: 'cli/upload.js',
  'verify-receipt': 'cli/verify-receipt.js',
  test: 'launch/test.js',
  check: 'launch/check.js',
  format: 'launch/format.js',
  schema: 'launch/schema.js',
  'db:generate': 'launch/generate-migration.js',
  bench: 'bench/main.js',
  crash: 'launch/crash.js',
  'exactly-once': 'launch/exactly-once.js',
  soak: 'launch/soak.js',
  build: null,
};

/** What the commands do that take no options; whoever asks for help must not set them going. */
const WITHOUT_OPTIONS = {
  build: 'compiles what has changed, and the client library to client/dist',
  check: 'looks at format, types and lint, and changes nothing',
  format: 'puts format and lint right, in all files of the repository',
  schema: 'writes schema/schema.graphql and the typed documents that follow from it',
};

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const [command = 'start', ...args] = process.argv.slice(2);

try {
  process.exitCode = await run();
} catch (error) {
  if (error?.name !== 'StartError') throw error;
  console.error(`\n  ${error.message.replaceAll('\n', '\n  ')}\n`);
  process.exitCode = 1;
}

async function run() {
  if (!Object.hasOwn(COMMANDS, command)) {
    console.error(`There is no command "${command}": ${Object.keys(COMMANDS).join(', ')}.`);
    return 1;
  }
  if (args.length > 0 && Object.hasOwn(WITHOUT_OPTIONS, command)) {
    const isHelp = args.some((argument) => argument === '--help' || argument === '-h');
    console.log(`npm run ${command}: ${WITHOUT_OPTIONS[command]}. It takes no options.`);
    return isHelp ? 0 : 1;
  }
  await ensurePackages(root);
  const node = neededNode(root);
  if (node !== null) return handOver(node, process.argv.slice(1));
  followParent();
  const { build } = await import('./bootstrap/build.mjs');
  await build(root);
  const entry = COMMANDS[command];
  if (entry === null) {
    const { buildClientPackage } = await import('./bootstrap/client-package.mjs');
    await buildClientPackage(root);
    return 0;
  }
  const { run: begin } = await import(pathToFileURL(path.join(root, 'dist', entry)).href);
  return begin(args);
}
