import { diskIsGone, isRealDirectory } from './directories.js';
import type { Layout } from './layout.js';
import { guard } from './store-error.js';

/**
 * Does work in the store, and believes what finds nothing only while the store itself is there: a disk that is not mounted
 * looks like one from which everything was removed.
 *
 * @throws TransientError where its disk is not there
 */
export async function whileThere<T>(layout: Layout, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (cause) {
    await requireThere(layout, cause);
    throw cause;
  }
  if (result === undefined || result === false) await requireThere(layout);
  return result;
}

/** Throws `TransientError` unless all that was made when the store was opened is still there. */
export async function requireThere({ areas }: Layout, cause?: unknown): Promise<void> {
  const found = await guard(() => Promise.all(areas.map(isRealDirectory)));
  if (!found.every(Boolean)) throw diskIsGone(cause);
}
