import { PermanentError } from '../../domain/errors.js';

/** Longer than any id with the white space that an editor leaves; what is longer is none. */
export const MAX_ID_BYTES = 64;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads the id of a store from what lies in its place, perhaps written there by hand.
 *
 * @throws PermanentError when that is no id
 */
export function parseStoreId(text: string, place: string): string {
  const id = text.trim().toLowerCase();
  if (UUID.test(id)) return id;
  throw new PermanentError('object-store', `There is no id of a store at ${place}, but something else.`);
}
