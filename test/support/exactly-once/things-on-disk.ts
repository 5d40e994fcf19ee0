import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  FRAGMENT_KEY,
  fragmentName,
  OPEN_UPLOAD,
  partName,
  sealedName,
  uploadName,
  type StoredThing,
  type StoredThings,
} from './stored-things.js';

const SEALED = /^vault\/(?<key>.+)\.bytes$/u;
const STAGED = /^ingest\/(?<key>.+)\.object\/(?<rest>.+)$/u;
const OPEN = /^open-(?<handle>[0-9a-f]{32})(?:\/(?<number>\d+)-(?<etag>[0-9a-f]{32}))?$/u;
/** What tells the store from others. */
const STORE_ID = 'store-id';
const FRAGMENT_PART = /^sealed-[0-9a-f]{32}\/1-[0-9a-f]{32}$/u;

/** Looks into the directory that the store of the file system keeps, and into the one of bytes that still arrive. */
export const thingsOnDisk = (dataDirectory: string): StoredThings => ({
  showsParts: true,
  handleOf: (ingestHandle) => ingestHandle,
  list: async () => {
    const things = new Map<string, StoredThing>();
    for (const place of ['objects', 'spool']) await walk(path.join(dataDirectory, place), '', things);
    return things;
  },
});

/** Directories that are there also when nothing is in them. */
const ROOTS = ['vault', 'ingest', 'quarantine', 'tmp'];

/** Files, open uploads, and directories that have nothing in them; how many entries there are. */
async function walk(root: string, below: string, things: Map<string, StoredThing>): Promise<number> {
  const entries = await readdir(path.join(root, below), { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const place = path.posix.join(below, entry.name);
    const name = nameOf(place);
    if (entry.isDirectory()) {
      const isEmpty = (await walk(root, place, things)) === 0 && !ROOTS.includes(place);
      if (name?.startsWith(OPEN_UPLOAD) || isEmpty) things.set(name ?? place, {});
    } else if (name !== undefined) {
      things.set(name, { read: () => readFile(path.join(root, place)) });
    }
  }
  return entries.length;
}

/** `undefined` for what is a part of another thing: an object is known by the file with its bytes. */
function nameOf(place: string): string | undefined {
  const sealed = SEALED.exec(place)?.groups?.['key'];
  if (sealed !== undefined) return sealedName(sealed);
  const { key = '', rest = '' } = STAGED.exec(place)?.groups ?? {};
  const { handle, number, etag } = OPEN.exec(rest)?.groups ?? {};
  if (handle !== undefined) {
    const upload = uploadName(key, handle);
    return number === undefined ? upload : partName(upload, Number(number), etag ?? '');
  }
  if (FRAGMENT_KEY.test(key) && rest === 'manifest') return undefined;
  if (place === STORE_ID) return undefined;
  if (FRAGMENT_KEY.test(key) && FRAGMENT_PART.test(rest)) return fragmentName(key);
  return place;
}
