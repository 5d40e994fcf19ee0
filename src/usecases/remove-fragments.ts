import type { ObjectStore } from '../ports/object-store.js';

/** Removes the objects of fragments that are not in the database any more. Best effort. */
export async function removeFragments(objects: ObjectStore, keys: readonly string[]): Promise<void> {
  for (const key of keys) await objects.remove({ area: 'ingest', key }).catch(() => undefined);
}
