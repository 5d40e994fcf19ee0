import { spawn } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { withInstallLock } from './install-lock.mjs';
import { startError } from './start-error.mjs';

const SIGN_OF_LIFE_MS = 10_000;

/**
 * Runs `npm ci` unless node_modules holds what package-lock.json asks for.
 *
 * @param {string} root of the repository
 */
export async function ensurePackages(root) {
  if (isInstalled(root)) return;
  await withInstallLock(root, async () => {
    // Whoever was waited for may have done it.
    if (!isInstalled(root)) await install(root);
  });
}

async function install(root) {
  if (isLink(path.join(root, 'node_modules'))) {
    throw startError(
      'node_modules is a link, and the packages behind it are not those of package-lock.json: remove the link ' +
        'and run the command again. Installing would empty the directory that it leads to.',
    );
  }
  const begun = Date.now();
  console.log('Installing the npm packages (only the first time, or after an update; about a minute) ...');
  const sign = setInterval(() => {
    console.log(`  still installing, ${Math.round((Date.now() - begun) / 1000)} s ...`);
  }, SIGN_OF_LIFE_MS);
  const code = await npmCi(root).finally(() => clearInterval(sign));
  if (code !== 0) {
    throw startError(
      'npm could not install the packages: see its message above; once the cause is gone, run the command again.',
    );
  }
  console.log(`Installed the npm packages in ${Math.round((Date.now() - begun) / 1000)} s.`);
}

const isLink = (file) => lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/**
 * npm writes down what it has installed, once it is done. Comparing that with the lock file also
 * recognises what somebody installed by hand, and an update that brought another lock file.
 */
function isInstalled(root) {
  try {
    const wanted = readPackages(path.join(root, 'package-lock.json'));
    const found = readPackages(path.join(root, 'node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(
      ([name, { version, optional, devOptional }]) =>
        name === '' || found[name]?.version === version || (!found[name] && (optional || devOptional)),
    );
  } catch {
    return false;
  }
}

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** The Node that runs npm may be older than the packages want: they are run by the Node that comes with them. */
function npmCi(root) {
  const env = { ...process.env, npm_config_engine_strict: 'false', npm_config_include: 'dev' };
  // Whatever npm set for the script that called us speaks of another invocation.
  delete env.npm_config_omit;
  const child = spawn('npm', ['ci', '--loglevel=error', '--no-fund', '--no-audit', '--no-progress'], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(startError(`npm could not be started (${cause.message}): install npm, it comes with Node.`));
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
