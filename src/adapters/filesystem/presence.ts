import { diskIsGone, isReal } from './directories.js';
import type { Layout } from './layout.js';
import { guard } from './store-error.js';

/**
 * Does work that writes into the store, or reads what has to be there: where it succeeds, its disk was there. Why it failed
 * is believed only while that is so.
 *
 * @throws TransientError where its disk is not there
 */
export async function whileThere<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    await requireThere(layout, cause);
    throw cause;
  }
}

/**
 * Does work for which there may be nothing in the store, and believes that only while the store itself is there: a disk that
 * is not mounted looks like one from which everything was removed.
 *
 * @param work - answers `undefined` or false where it may have found nothing
 * @throws TransientError where its disk is not there
 */
export async function seekWhileThere<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  const found = await whileThere(layout, work);
  if (found === undefined || found === false) await requireThere(layout);
  return found;
}

/** Throws `TransientError` unless the disk is there. All areas lie on the same one, so that one thing on it tells. */
export async function requireThere({ landmark }: Layout, cause?: unknown): Promise<void> {
  if (!(await guard(() => isReal(landmark.path)))) throw diskIsGone(cause);
}
