/** What stands in front of each member of an archive of `ar`. */
export interface ArHeader {
  /** Without the blanks that fill it. */
  readonly name: string;
  /** BSD puts a long name in front of the content, and counts it with it; 0 where the name stands in the header. */
  readonly nameBytes: number;
  readonly contentBytes: number;
  /** A member of an odd size is followed by one more byte. */
  readonly isPadded: boolean;
}

/** What an archive of `ar` begins with. */
export const AR_MAGIC = '!<arch>\n';
/** What follows a member of an odd size, unless nothing does. */
export const AR_PADDING = '\n';
/** Bytes of one header. */
export const AR_HEADER_BYTES = 60;

/** No controls, and no blank in front. Between name and size stand date, owner and mode, which nobody needs. */
const HEADER = /^(?<name>[\x21-\x7e\x80-\xff][\x20-\x7e\x80-\xff]{15}).{32}(?<size>0|[1-9]\d*) *`\n$/s;
const LONG_NAME = /^#1\/([1-9]\d{0,3})$/;
/** Tables of symbols and of long names, those of Windows among them, and where in the latter a name begins. */
const SPECIAL = /^\/(?:\/|SYM64\/|<[A-Z]{1,11}>\/|0|[1-9]\d*)?$/;

/**
 * Reads a header that all unpackers read alike, and no other: they disagree on signs, on leading zeros, on blanks and on
 * controls in a number or a name, and so on where the content begins and ends. No honest `ar` writes such things.
 *
 * @param header - {@link AR_HEADER_BYTES} characters, each one byte
 * @see ar(5) of FreeBSD
 */
export function parseArHeader(header: string): ArHeader | undefined {
  if (header.length !== AR_HEADER_BYTES) return undefined;
  const { name = '', size } = HEADER.exec(header)?.groups ?? {};
  if (size === undefined) return undefined;
  const field = name.replace(/ +$/, '');
  const nameBytes = Number(LONG_NAME.exec(field)?.[1] ?? 0);
  const isUnknown =
    (field.startsWith('#1/') && nameBytes === 0) || (field.startsWith('/') && !SPECIAL.test(field));
  const contentBytes = Number(size) - nameBytes;
  if (isUnknown || contentBytes < 0) return undefined;
  return { name: field, nameBytes, contentBytes, isPadded: Number(size) % 2 === 1 };
}
