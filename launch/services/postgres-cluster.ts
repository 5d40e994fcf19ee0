import { execFile } from 'node:child_process';
import { chown, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../start-error.js';
import { reasonIn } from './reason-in.js';
import { isRoot, runAs } from './run-as.js';

/** Where the cluster is. */
export interface ClusterOptions {
  /** Directory of ours; the cluster is in `data` below it. */
  readonly directory: string;
  /** Of the superuser; set when the cluster is created. */
  readonly password: string;
}

/** Who owns everything in the cluster. */
export const SUPERUSER = 'postgres';
const MAJOR_VERSION = '18';

/**
 * Creates the cluster where there is none.
 *
 * @param data - its directory
 * @throws StartError, also where there is one of another version
 */
export async function createCluster(binaries: string, data: string, options: ClusterOptions): Promise<void> {
  if (await isCluster(data)) return;
  // Has its name only when it is whole: what is left of an interrupted creation holds nothing yet.
  const fresh = `${data}.new`;
  await rm(fresh, { recursive: true, force: true });
  const passwordFile = path.join(options.directory, 'initdb-password');
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  const owner = await stat(options.directory);
  if (isRoot()) await chown(passwordFile, owner.uid, owner.gid);
  try {
    await initdb(binaries, fresh, passwordFile, options.directory);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(fresh, data);
}

/** False where there is nothing yet. What is there and cannot be used may be all that somebody has: it is never removed. */
async function isCluster(data: string): Promise<boolean> {
  const names = await readdir(data).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (names.length === 0) return false;
  const version = await readFile(path.join(data, 'PG_VERSION'), 'utf8').catch(() => 'an unknown version');
  if (version.trim() === MAJOR_VERSION) return true;
  throw new StartError(
    `${data} belongs to Postgres ${version.trim()}, this is ${MAJOR_VERSION}: dump it with that version, or move it away.`,
  );
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

async function initdb(
  binaries: string,
  data: string,
  passwordFile: string,
  directory: string,
): Promise<void> {
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'];
  const args = [
    '-D',
    data,
    '-U',
    SUPERUSER,
    `--pwfile=${passwordFile}`,
    '--builtin-locale=C.UTF-8',
    ...flags,
  ];
  const [command, full] = runAs(path.join(binaries, 'initdb'), args, {
    parentDeathSignal: 'KILL',
    ownedDirectory: directory,
    mayPassDirectories: true,
  });
  try {
    await promisify(execFile)(command, full, { cwd: directory });
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`Postgres could not create its cluster in ${data}: ${reasonIn(said)}`, { cause });
  }
}
