import { Readable } from 'node:stream';
import type { LentChunks } from '../../ports/object-store.js';

/** Does work with a body, which ends with it where it fails: one that nobody reads on would hold its sender for ever. */
export async function consume<T, B extends Readable | LentChunks>(
  body: B,
  work: (body: B) => Promise<T>,
): Promise<T> {
  try {
    return await work(body);
  } catch (error) {
    if (body instanceof Readable) body.destroy();
    throw error;
  }
}
