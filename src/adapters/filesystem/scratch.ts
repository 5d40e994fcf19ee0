import { createHash, randomUUID } from 'node:crypto';
import { lstat, readFile, readlink, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../ports/clock.js';
import { listNames, removeFile } from './directories.js';
import { succeeds, unless } from './store-error.js';
import { systemCalls } from './system-calls.js';

/** The directory of files that have no name yet. */
export interface Scratch {
  /** A fresh path in it, which tells whose it is. */
  path(): string;
  /**
   * Takes a directory out of sight in one step, then removes what is in it. Nothing happens when it is absent.
   *
   * @param known - names of the files in it
   */
  discard(directory: string, known?: readonly string[]): Promise<void>;
  /**
   * Removes what dead processes left behind. What cannot be told to be dead (another machine, another
   * container) is removed after {@link MAX_AGE_MS}.
   */
  sweep(): Promise<void>;
  /** Paths of what `sweep` would remove. */
  leftovers(): Promise<readonly string[]>;
}

/** No living writer leaves its file untouched for so long. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

/** More files are removed side by side, by what looks at each first. */
const MAX_ONE_BY_ONE = 8;

/** Opens the scratch directory on behalf of this process. */
export async function openScratch(directory: string, clock: Clock): Promise<Scratch> {
  const domain = await processDomain();
  const start = (await startTimeOf(process.pid)) ?? '0';
  const prefix = `${domain}-${String(process.pid)}-${start}`;
  const freshPath = (): string => path.join(directory, `${prefix}-${uniqueId()}`);
  const leftovers = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const name of await listNames(directory)) {
      const file = path.join(directory, name);
      if ((await isOrphan(name, domain)) || (await isOld(file, clock))) found.push(file);
    }
    return found;
  };
  return {
    path: freshPath,
    discard: async (unwanted, known) => {
      // What has but one file is gone in one step as well when that is.
      if (known?.length === 1 && (await removeDirectory(unwanted, known))) return;
      const doomed = freshPath();
      if (!(await succeeds(['ENOENT'], () => rename(unwanted, doomed)))) return;
      const files = known ?? (await listNames(doomed));
      if (files.length > MAX_ONE_BY_ONE || !(await removeDirectory(doomed, files))) {
        await rm(doomed, { recursive: true, force: true });
      }
    },
    sweep: async () => {
      for (const file of await leftovers()) await rm(file, { recursive: true, force: true });
    },
    leftovers,
  };
}

/** 122 random bits in 32 hexadecimal digits: names that nobody guesses and that never repeat. Node draws them in advance. */
export const uniqueId = (): string => randomUUID().replaceAll('-', '');

/** @returns whether nothing but these was in it, all of them files */
async function removeDirectory(directory: string, files: readonly string[]): Promise<boolean> {
  for (const name of files) {
    const isFile = await succeeds(['EISDIR', 'EPERM'], () => removeFile(path.join(directory, name)));
    if (!isFile) return false;
  }
  return succeeds(['ENOTEMPTY', 'EEXIST', 'ENOENT'], () => systemCalls.rmdir(directory));
}

/** Tells process numbers of this boot and this container from those of another that shares the volume. */
async function processDomain(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => uniqueId());
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return createHash('sha256').update(boot).update(namespace).digest('hex').slice(0, 16);
}

/** When a process began, in ticks since boot: tells it from a later one with the same number. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined);
  // The second field is the name in parentheses and may hold spaces; the start time is the 22nd of all.
  return stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

async function isOrphan(name: string, domain: string): Promise<boolean> {
  const [, itsDomain, pid, start] = /^([0-9a-f]{16})-(\d+)-(\d+)-[0-9a-f]{32}$/.exec(name) ?? [];
  if (itsDomain !== domain || pid === undefined) return false;
  return (await startTimeOf(Number(pid))) !== start;
}

async function isOld(file: string, clock: Clock): Promise<boolean> {
  const stats = await unless(['ENOENT'], () => lstat(file));
  return stats !== undefined && clock.now().getTime() - stats.mtimeMs > MAX_AGE_MS;
}
