import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { chmod, chown, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const CAP_DAC_READ_SEARCH_BIT = 2;

/** How a server of ours is to be started. */
export interface RunAs {
  /** Signal that the kernel sends it when we die without a word, so that nothing is left behind. */
  readonly parentDeathSignal: 'INT' | 'TERM' | 'KILL';
  /** Directory whose owner the server runs as when we are root; it must not be root's. */
  readonly ownedDirectory?: string;
  /** The server needs absolute paths below directories that only root may pass. */
  readonly mayPassDirectories?: boolean;
}

/**
 * Wraps a command so that it drops root and dies with us.
 *
 * Servers that read what strangers send (and Postgres, which insists) do not run as root. Data directories
 * are closed to everybody else, so such a server either works below its current directory or gets the one
 * capability to pass closed directories.
 *
 * @returns command and arguments for `spawn`; unchanged where `setpriv` (util-linux) is not installed
 * @see setpriv(1), capabilities(7)
 */
export function runAs(command: string, args: readonly string[], options: RunAs): [string, string[]] {
  const setpriv = findCommand('setpriv');
  if (setpriv === null) return [command, [...args]];
  const flags = ['--pdeathsig', options.parentDeathSignal];
  if (isRoot() && options.ownedDirectory !== undefined) {
    flags.push(...dropFlags(options.ownedDirectory, options));
  }
  return [setpriv, [...flags, '--', command, ...args]];
}

function dropFlags(directory: string, options: RunAs): string[] {
  const owner = statSync(directory);
  const flags = [`--reuid=${String(owner.uid)}`, `--regid=${String(owner.gid)}`, '--clear-groups'];
  if (options.mayPassDirectories !== true) return flags;
  const capability = passingCapability();
  // access(2) ignores capabilities of other users than root unless no_setuid_fixup is set.
  return [
    ...flags,
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=+${capability}`,
    '--securebits=+no_setuid_fixup',
  ];
}

/** Containers often withhold the narrower capability and grant the wider one. */
function passingCapability(): string {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const isGranted = (BigInt(`0x${bounding}`) >> BigInt(CAP_DAC_READ_SEARCH_BIT)) & 1n;
  return isGranted === 1n ? 'dac_read_search' : 'dac_override';
}

/**
 * Hands a directory to the first of the users that exists, when we are root and it is still root's.
 *
 * @param users - names in the order of preference
 */
export async function giveTo(directory: string, users: readonly string[]): Promise<void> {
  if (!isRoot() || statSync(directory).uid !== 0) return;
  for (const user of users) {
    const [uid, gid] = userIds(user);
    if (uid !== undefined && gid !== undefined) return chown(directory, uid, gid);
  }
}

/**
 * Hands files and directories, with what is directly in them, to the owner of the directory that they lie in, and lets
 * nobody else look into them.
 *
 * @param names - below the directory
 */
export async function closeToOthers(directory: string, names: readonly string[]): Promise<void> {
  const { uid, gid } = await stat(directory);
  for (const name of names) {
    const file = path.join(directory, name);
    const isDirectory = (await stat(file)).isDirectory();
    if (isRoot()) await chown(file, uid, gid);
    await chmod(file, isDirectory ? 0o700 : 0o600);
    // The directory itself holds what other programs have open; each of them is named.
    if (isDirectory && name !== '.') await closeToOthers(directory, await namesBelow(directory, name));
  }
}

const namesBelow = async (directory: string, name: string): Promise<string[]> =>
  (await readdir(path.join(directory, name))).map((child) => path.join(name, child));

function userIds(user: string): (number | undefined)[] {
  try {
    const ask = (flag: string): number =>
      Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return [ask('-u'), ask('-g')];
  } catch {
    return [];
  }
}

/** Whether this process may do everything. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Absolute path of a command, also in the directories that only root has in its PATH.
 *
 * @returns null when it is not installed
 */
export function findCommand(name: string): string | null {
  const directories = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  for (const directory of directories) {
    if (!path.isAbsolute(directory)) continue;
    const candidate = path.join(directory, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not there: the next one.
    }
  }
  return null;
}
