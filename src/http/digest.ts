import { parseDictionary, type Dictionary } from 'structured-headers';
import { fault, type Outcome } from '../domain/errors.js';
import { ok } from '../domain/result.js';

const SHA256_BYTES = 32;

/**
 * The SHA-256 of a `Content-Digest` field, as 64 hexadecimal digits; `undefined` when there is no field or it has
 * digests of other algorithms alone, which RFC 9530 lets a recipient ignore.
 *
 * @returns BAD_USER_INPUT when the field cannot be read: a sender that wants its bytes proven must not be told
 *   that they were
 * @see https://www.rfc-editor.org/rfc/rfc9530#section-2
 */
export function sha256OfDigest(field: string | string[] | undefined): Outcome<string | undefined> {
  if (field === undefined) return ok(undefined);
  const members = read(Array.isArray(field) ? field.join(', ') : field);
  if (!members || members.size === 0) return malformed();
  const values = [...members.values()].map((member): unknown => member[0]);
  if (!values.every((value) => value instanceof ArrayBuffer)) return malformed();
  const digest: unknown = members.get('sha-256')?.[0];
  if (!(digest instanceof ArrayBuffer)) return ok(undefined);
  return digest.byteLength === SHA256_BYTES ? ok(Buffer.from(digest).toString('hex')) : malformed();
}

/** RFC 9651 section 4.2: a field that fails to parse is ignored as a whole, or the message is refused. */
function read(text: string): Dictionary | undefined {
  try {
    return parseDictionary(text);
  } catch {
    return undefined;
  }
}

const malformed = (): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', {
    message: 'Content-Digest must be a dictionary of byte sequences, as in sha-256=:...:.',
    field: 'Content-Digest',
  });

/** A digest field that carries a SHA-256 given in hexadecimal. */
export const digestField = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
