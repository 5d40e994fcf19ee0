import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomKey } from '../random.js';
import type { ResumeRecord, ResumeStore } from '../resume-store.js';

const SUFFIX = '.upload.json';

/**
 * Remembers unfinished uploads as one small file each.
 *
 * @param directory - is made when it is not there; nobody else may read it
 */
export function fileResumeStore(directory: string): ResumeStore {
  const fileOf = (key: string): string =>
    path.join(directory, createHash('sha256').update(key).digest('hex').slice(0, 32) + SUFFIX);
  return {
    get: (key) => read(fileOf(key)),
    set: async (record) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const file = fileOf(record.key);
      const fresh = `${file}.${randomKey()}`;
      await writeFile(fresh, JSON.stringify(record), { mode: 0o600 });
      // Whoever reads meanwhile finds the old or the new one, and never a half.
      await rename(fresh, file);
    },
    delete: (key) => rm(fileOf(key), { force: true }),
    list: async () => {
      const names = await readdir(directory).catch(() => []);
      const files = names.filter((name) => name.endsWith(SUFFIX)).map((name) => path.join(directory, name));
      return (await Promise.all(files.map(read))).filter((record) => record !== undefined);
    },
  };
}

/** What cannot be read is as if it had never been written: the upload begins anew. */
async function read(file: string): Promise<ResumeRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ResumeRecord;
  } catch {
    return undefined;
  }
}
