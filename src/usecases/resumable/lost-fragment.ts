import { fault, PermanentError } from '../../domain/errors.js';
import { isOpen } from '../../domain/file-state.js';
import type { File, Fragment } from '../../domain/file.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore, TenantScope } from '../../ports/file-store.js';
import type { ObjectStore } from '../../ports/object-store.js';
import { announceProgress } from '../announce.js';
import { removeFragments } from '../remove-fragments.js';

/** What falling back needs. */
export interface FallBackDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly bus: EventBus;
  /** Is told of every fragment that the store has lost. @default nobody is */
  readonly onLostFragment?: (file: Pick<File, 'id'>) => void;
}

/** The store does not have the bytes of a fragment that the database named a moment ago. */
export class FragmentGoneError extends PermanentError {
  override readonly name = 'FragmentGoneError';

  constructor(readonly fragment: Fragment) {
    super('object-store', 'A fragment is gone, or is not what it was.');
  }
}

/**
 * Has an upload stand again where it stood before a fragment that the store has lost, so that its sender brings the bytes
 * once more. Somebody else may have made a part of the fragment meanwhile: then its row went before its bytes, and
 * nothing is lost.
 *
 * @returns CONFLICT
 * @throws TransientError of the database
 */
export async function fallBack(
  { files, objects, bus, onLostFragment }: FallBackDeps,
  scope: TenantScope,
  { id }: Pick<File, 'id'>,
  { fragment }: FragmentGoneError,
): Promise<ReturnType<typeof fault>> {
  const fallen = await files.transact(scope, async (tx) => {
    const file = await tx.findForUpdate(id);
    if (!file || !isOpen(file.state)) return undefined;
    const isNamed = (await tx.fragments(id)).some(({ objectKey }) => objectKey === fragment.objectKey);
    return isNamed ? { file, ...(await tx.dropFragments(id, fragment)) } : undefined;
  });
  if (!fallen) return fault('CONFLICT', { message: 'Another request has continued the upload.' });
  announceProgress(bus, fallen.file);
  onLostFragment?.(fallen.file);
  // What follows the lost one is sent again as well.
  await removeFragments(objects, fallen.droppedFragments);
  return fault('CONFLICT', {
    message: 'The store has lost bytes of this upload: go on from where it stands now.',
  });
}
