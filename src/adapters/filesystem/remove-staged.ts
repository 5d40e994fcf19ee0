import path from 'node:path';
import type { OpenUpload } from '../../ports/object-store.js';
import { isReal, listNames, pruneEmpty, removeFile } from './directories.js';
import type { Disk } from './disk.js';
import { namesOf } from './manifest.js';

/**
 * Removes an open upload. One that is finished, or gone, stays as it is.
 *
 * @returns whether it is sure that its disk is there
 */
export async function abortUpload({ layout, scratch, known }: Disk, upload: OpenUpload): Promise<boolean> {
  const place = layout.keyDirectory(upload.key);
  // Finished by this process: its directory never gets the name of an open one again.
  if (known.find(place)?.handle === upload.handle) return true;
  const directory = layout.openDirectory(upload);
  const isThere = await isReal(directory);
  if (isThere) await scratch.discard(directory);
  await pruneEmpty(place, layout.area);
  return isThere;
}

/**
 * Removes the object of a key; uploads that are open under the same key stay.
 *
 * @returns whether there was one
 */
export async function removeStaged(disk: Disk, key: string): Promise<boolean> {
  if (await removeKnown(disk, key)) return true;
  const { layout, scratch } = disk;
  const directory = layout.keyDirectory(key);
  if (!(await isReal(directory))) return false;
  const wasThere = await removeFile(layout.manifest(key));
  for (const name of await listNames(directory)) {
    if (name.startsWith('sealed-')) await scratch.discard(path.join(directory, name));
  }
  await pruneEmpty(directory, layout.area);
  return wasThere;
}

/** @returns whether nothing is left of the key, so that nobody has to look for what else there may be */
async function removeKnown({ layout, scratch, known }: Disk, key: string): Promise<boolean> {
  const place = layout.keyDirectory(key);
  const manifest = known.find(place);
  known.forget(place);
  if (!manifest || !(await removeFile(layout.manifest(key)))) return false;
  await scratch.discard(layout.sealedDirectory({ key, handle: manifest.handle }), namesOf(manifest));
  return pruneEmpty(place, layout.area);
}
