import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileRow } from './judge-database.js';

/** What lies in the store of the file system. */
export interface StoreReport {
  readonly violations: readonly string[];
  /** Objects that no row refers to: a collector may have them. */
  readonly orphans: readonly string[];
}

/** States in which a file has bytes of its own in the ingest area. */
const NEEDED = ['PENDING', 'RECEIVING', 'SCANNING'];
const ENDED = ['CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED'];

/** Whether every object that a row refers to is there, and no bytes are that a row has given up. */
export async function judgeStore(root: string, files: readonly FileRow[]): Promise<StoreReport> {
  const vault = await listFiles(path.join(root, 'vault'));
  const ingest = await listDirectories(path.join(root, 'ingest'));
  const quarantine = await listDirectories(path.join(root, 'quarantine'));
  const violations = files.flatMap((file) => judgeQuarantine(file, ingest, quarantine));
  for (const file of files) violations.push(...(await judgeFile(root, file, vault, ingest)));
  const known = new Set(files.flatMap(({ vaultKey }) => (vaultKey === null ? [] : [`${vaultKey}.bytes`])));
  const staged = new Set(files.map(({ ingestKey }) => `${ingestKey}.object`));
  return {
    violations,
    orphans: [
      ...vault.filter((name) => !known.has(name)).map((name) => `vault/${name}`),
      ...ingest.filter((name) => !staged.has(name)).map((name) => `ingest/${name}`),
      ...quarantine.filter((name) => !staged.has(name)).map((name) => `quarantine/${name}`),
    ],
  };
}

async function judgeFile(
  root: string,
  { id, state, vaultKey, sha256, ingestKey, hasLeft }: FileRow,
  vault: readonly string[],
  ingest: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  if (vaultKey !== null) {
    const file = path.join(root, 'vault', `${vaultKey}.bytes`);
    if (!vault.includes(`${vaultKey}.bytes`)) found.push(`clean file ${id} has lost its sealed copy`);
    else if ((await hashOf(file)) !== sha256) found.push(`the sealed copy of ${id} has other bytes`);
  }
  if (NEEDED.includes(state) && !ingest.includes(`${ingestKey}.object`)) {
    found.push(`${state} file ${id} has lost its staged bytes`);
  }
  if (hasLeft && ENDED.includes(state) && ingest.includes(`${ingestKey}.object`)) {
    found.push(`${state} file ${id} has left staged bytes behind`);
  }
  return found;
}

/** The key in the quarantine is that of the staged bytes. */
function judgeQuarantine(
  { id, state, ingestKey, hasLeft }: FileRow,
  ingest: readonly string[],
  quarantine: readonly string[],
): string[] {
  const isHeld = quarantine.includes(`${ingestKey}.object`);
  const isSomewhere = isHeld || (!hasLeft && ingest.includes(`${ingestKey}.object`));
  if (state === 'INFECTED') return isSomewhere ? [] : [`infected file ${id} has lost its bytes`];
  return hasLeft && isHeld ? [`${state} file ${id} has left bytes in the quarantine`] : [];
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Names below a directory, which may not exist. */
const walk = (directory: string): Promise<string[]> =>
  readdir(directory, { recursive: true }).catch(() => []);

async function listFiles(directory: string): Promise<string[]> {
  const names = await walk(directory);
  const isFile = await Promise.all(
    names.map((name) =>
      stat(path.join(directory, name)).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  );
  return names.filter((_, index) => isFile[index]);
}

const listDirectories = async (directory: string): Promise<string[]> =>
  (await walk(directory)).filter((name) => name.endsWith('.object'));
