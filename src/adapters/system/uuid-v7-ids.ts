import { randomBytes } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import type { FileId } from '../../domain/ids.js';
import type { Ids } from '../../ports/ids.js';

const SECRET_BYTES = 32;

/**
 * Ids whose leading bits are the time, monotonic within one process.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.7
 */
export const createUuidV7Ids = (): Ids => ({
  fileId: () => uuidv7() as FileId,
  releaseId: () => uuidv7(),
  secret: () => randomBytes(SECRET_BYTES).toString('hex'),
});
