import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findCommand, isRoot } from './services/run-as.js';
import { StartError } from './start-error.js';

/** A Debian package, and the command or the file by which one sees that it is there. */
export type AptPackage = { readonly name: string } & (
  | { readonly command: string }
  | {
      /** Absolute. */
      readonly file: string;
    }
);

const isThere = (one: AptPackage): boolean =>
  'command' in one ? findCommand(one.command) !== null : existsSync(one.file);

const KEPT_LINES = 5;

/**
 * Installs the packages whose command is missing, in one go.
 *
 * @param why - what one can do instead, as the end of a sentence
 * @throws StartError that names the command to type, when this user cannot install packages
 */
export async function ensureAptPackages(packages: readonly AptPackage[], why: string): Promise<void> {
  const missing = packages.filter((one) => !isThere(one)).map(({ name }) => name);
  if (missing.length === 0) return;
  const byHand = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  const prefix = await howToInstall();
  if (prefix === null) {
    throw new StartError(`${missing.join(', ')} must be installed first: run "${byHand}" as root${why}.`);
  }
  console.log(`Installing ${missing.join(', ')} with apt (only the first time) ...`);
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing];
  const first = await apt(prefix, install);
  if (first.code === 0) return;
  // The usual reason: the list of packages is not there or too old.
  await apt(prefix, ['update', '-q']);
  const second = await apt(prefix, install);
  if (second.code !== 0) {
    throw new StartError(`"${byHand}" failed (${second.lastLines}): mend it and start again${why}.`);
  }
}

/** The words before `apt-get`; null when it cannot be run. */
async function howToInstall(): Promise<string[] | null> {
  if (findCommand('apt-get') === null) return null;
  if (isRoot()) return ['env'];
  if (findCommand('sudo') === null) return null;
  const { code } = await run('sudo', ['-n', 'true']);
  return code === 0 ? ['sudo', '-n', 'env'] : null;
}

const apt = (
  [command = 'env', ...prefix]: readonly string[],
  args: readonly string[],
): Promise<{ code: number; lastLines: string }> =>
  run(
    command,
    [...prefix, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120', ...args],
    show,
  );

/** Of all that apt says, the steps that take time. */
function show(line: string): void {
  if (/^(?:Need to get|Unpacking|Setting up)/.test(line)) console.log(`  ${line}`);
}

function run(
  command: string,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<{ code: number; lastLines: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kept: string[] = [];
  const take = (chunk: Buffer): void => {
    for (const line of chunk.toString('utf8').split('\n')) {
      if (line.trim() === '') continue;
      onLine?.(line);
      kept.push(line.trim());
      if (kept.length > KEPT_LINES) kept.shift();
    }
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve({ code: 1, lastLines: error.message });
    });
    child.once('close', (code) => {
      resolve({ code: code ?? 1, lastLines: kept.join(' | ') });
    });
  });
}
