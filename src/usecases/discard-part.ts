import type { File } from '../domain/file.js';
import type { ObjectStore, StoredPart } from '../ports/object-store.js';

/**
 * Removes one version of a part of an open upload, so that sending a part again and again does not fill the store. Best
 * effort: what this misses goes when the upload ends.
 */
export async function discardPart(objects: ObjectStore, file: File, part: StoredPart): Promise<void> {
  if (file.ingestHandle === null) return;
  const upload = { key: file.ingestKey, handle: file.ingestHandle };
  await objects.discardPart?.(upload, part).catch(() => undefined);
}
