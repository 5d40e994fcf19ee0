import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What lies in a store, read past the product: by key, without what the store adds to the names. */
export interface StoreView {
  readonly vault: readonly string[];
  /** Open uploads and whole objects. */
  readonly ingest: readonly Staged[];
  readonly quarantine: readonly string[];
  /** SHA-256 of a sealed copy. */
  hashOf(vaultKey: string): Promise<string>;
}

/** Bytes in the ingest area. */
export interface Staged {
  readonly key: string;
  /** Of an upload that is still open, where the store gives it one. */
  readonly uploadId?: string;
}

const SEALED = '.bytes';
const STAGED = '.object';

/** Reads the directory of the file system's store. */
export async function viewDirectory(root: string): Promise<StoreView> {
  const area = async (name: string, suffix: string): Promise<string[]> =>
    (await walk(path.join(root, name)))
      .filter((found) => found.endsWith(suffix))
      .map((found) => found.slice(0, -suffix.length));
  const hashOf = async (vaultKey: string): Promise<string> => {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(root, 'vault', `${vaultKey}${SEALED}`)), hash);
    return hash.digest('hex');
  };
  return {
    // Also what is no sealed copy by its name: nothing else has a place there.
    vault: (await listFiles(path.join(root, 'vault'))).map((name) => withoutSuffix(name, SEALED)),
    ingest: (await area('ingest', STAGED)).map((key) => ({ key })),
    quarantine: await area('quarantine', STAGED),
    hashOf,
  };
}

const withoutSuffix = (name: string, suffix: string): string =>
  name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;

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
