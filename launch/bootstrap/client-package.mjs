import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startError } from './start-error.mjs';

const PACKAGE = 'client';
const CACHE = 'node_modules/.cache/client-package';

/**
 * Compiles the client library to modules and their types, as they are published: `npm publish ./client`. What
 * was compiled once is kept by the hash of its sources and of the installed packages.
 *
 * @param {string} root of the repository
 */
export async function buildClientPackage(root) {
  const kept = path.join(root, CACHE, fingerprint(root));
  if (!existsSync(kept)) {
    // Beside the sources, which the maps then name as they lie in the package.
    const fresh = path.join(root, PACKAGE, `dist.${process.pid}`);
    try {
      await compile(root, fresh);
      mkdirSync(path.dirname(kept), { recursive: true });
      renameSync(fresh, kept);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  const target = path.join(root, PACKAGE, 'dist');
  rmSync(target, { recursive: true, force: true });
  cpSync(kept, target, { recursive: true });
}

async function compile(root, outDir) {
  const config = path.join(root, PACKAGE, 'tsconfig.build.json');
  const compiler = path.join(root, 'node_modules/typescript-7/bin/tsc');
  const child = spawn(process.execPath, [compiler, '-p', config, '--outDir', outDir, '--pretty', 'false'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw startError(`The client library could not be compiled:\n${said}`);
}

function fingerprint(root) {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  const inPackage = readdirSync(path.join(root, PACKAGE, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const configs = ['tsconfig.json', `${PACKAGE}/tsconfig.json`, `${PACKAGE}/tsconfig.build.json`];
  for (const file of [...inPackage.sort(), ...configs.map((name) => path.join(root, name))]) {
    hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}
