import { execFile } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeDevelopmentDefinitions } from './services/development-definitions.js';
import { closeToOthers, findCommand, giveTo, runAs } from './services/run-as.js';

const MIRROR = 'https://database.clamav.net/daily.cvd';
const MIRROR_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 600_000;
/** Definitions older than this miss what went around since. */
const MAX_AGE_MS = 7 * 24 * 3_600_000;
const SYSTEM_DIRECTORY = '/var/lib/clamav';
const MAIN = /^main\.c[lv]d$/;
const DAILY = /^daily\.c[lv]d$/;

/** The definitions that clamd works with. */
export interface Definitions {
  readonly kind: 'official' | 'development';
  /** Relative to clamd's directory, or absolute. */
  readonly directory: string;
}

/**
 * Finds ClamAV's definitions: those of this installation, those of the system, or freshly fetched ones. With
 * none in reach, writes development definitions, which know the EICAR test string alone.
 *
 * @param clamdDirectory - the directory of ours that clamd works in
 */
export async function findDefinitions(clamdDirectory: string): Promise<Definitions> {
  const own = path.join(clamdDirectory, 'official');
  if (await isFresh(own)) return { kind: 'official', directory: 'official' };
  if (await isFresh(SYSTEM_DIRECTORY)) return { kind: 'official', directory: SYSTEM_DIRECTORY };
  if ((await isMirrorInReach()) && (await fetchDefinitions(clamdDirectory))) {
    return { kind: 'official', directory: 'official' };
  }
  await writeDevelopmentDefinitions(path.join(clamdDirectory, 'development'));
  return { kind: 'development', directory: 'development' };
}

async function isFresh(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => []);
  const daily = names.find((name) => DAILY.test(name));
  if (daily === undefined || !names.some((name) => MAIN.test(name))) return false;
  const { mtimeMs } = await stat(path.join(directory, daily));
  return Date.now() - mtimeMs < MAX_AGE_MS;
}

async function isMirrorInReach(): Promise<boolean> {
  if (findCommand('freshclam') === null) return false;
  try {
    const response = await fetch(MIRROR, { method: 'HEAD', signal: AbortSignal.timeout(MIRROR_TIMEOUT_MS) });
    // Mirrors refuse clients that are not ClamAV; that they answer is enough.
    return response.status < 500;
  } catch {
    return false;
  }
}

/**
 * Fetches or updates the official definitions with freshclam.
 *
 * @returns whether they are complete afterwards
 */
async function fetchDefinitions(clamdDirectory: string): Promise<boolean> {
  console.log("Fetching ClamAV's definitions with freshclam (about 250 MB the first time) ...");
  const directory = path.join(clamdDirectory, 'official');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await giveTo(clamdDirectory, ['clamav', 'nobody']);
  const lines = ['DatabaseDirectory official', 'DatabaseMirror database.clamav.net', 'ConnectTimeout 10'];
  await writeFile(path.join(clamdDirectory, 'freshclam.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
  await closeToOthers(clamdDirectory, ['official', 'freshclam.conf']);
  const args = ['--config-file=freshclam.conf', '--foreground', '--stdout'];
  const [command, full] = runAs(findCommand('freshclam') ?? 'freshclam', args, {
    parentDeathSignal: 'TERM',
    ownedDirectory: clamdDirectory,
  });
  try {
    await promisify(execFile)(command, full, { cwd: clamdDirectory, timeout: DOWNLOAD_TIMEOUT_MS });
  } catch {
    console.log('freshclam could not fetch them.');
  }
  return isFresh(directory);
}
