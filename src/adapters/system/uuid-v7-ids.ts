import { uuidv7 } from 'uuidv7';
import type { FileId } from '../../domain/ids.js';
import type { Ids } from '../../ports/ids.js';

/**
 * Ids whose leading bits are the time, monotonic within one process.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
export const createUuidV7Ids = (): Ids => ({ fileId: () => uuidv7() as FileId });
