const SHA256_MEMBER = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/;

/**
 * The SHA-256 of a digest field, as 64 hexadecimal digits; `undefined` when the field has none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9530#section-2
 */
export function sha256OfDigest(field: string | string[] | undefined): string | undefined {
  const text = Array.isArray(field) ? field.join(',') : field;
  const encoded = text === undefined ? undefined : SHA256_MEMBER.exec(text)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('hex');
}

/** A digest field that carries a SHA-256 given in hexadecimal. */
export const digestField = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
