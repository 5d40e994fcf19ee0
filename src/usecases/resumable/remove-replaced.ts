import type { File } from '../../domain/file.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { discardPart } from '../discard-part.js';
import { removeFragments } from '../remove-fragments.js';
import type { Entered } from './enter-pieces.js';

/** What nobody refers to any more once entries are committed. */
export type Replaced = Pick<Entered, 'fragmentKeys' | 'parts'>;

/** Removes it from the store. Best effort. */
export async function removeReplaced(
  objects: ObjectStore,
  file: File,
  { fragmentKeys, parts }: Replaced,
): Promise<void> {
  await removeFragments(objects, fragmentKeys);
  for (const part of parts) await discardPart(objects, file, part);
}
