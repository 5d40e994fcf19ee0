/** A file that a document carries, as Windows' packager wraps it. */
export interface PackagedFile {
  readonly name: string;
  readonly content: Buffer;
}

const MOST_NAME_BYTES = 1_024;

/** Reads numbers and names one after the other; `undefined` when the bytes end. */
export interface Cursor {
  readonly rest: () => Buffer;
  number(): number | undefined;
  short(): number | undefined;
  /** Text up to a zero. */
  text(): string | undefined;
  /** Text behind its length, which counts a zero at its end. */
  measuredText(): string | undefined;
  bytes(count: number): Buffer | undefined;
}

/** Begins to read at the beginning. */
export function createCursor(bytes: Buffer): Cursor {
  let at = 0;
  const take = (count: number): Buffer | undefined => {
    if (count > bytes.length - at) return undefined;
    at += count;
    return bytes.subarray(at - count, at);
  };
  const cursor: Cursor = {
    rest: () => bytes.subarray(at),
    number: () => take(4)?.readUInt32LE(0),
    short: () => take(2)?.readUInt16LE(0),
    text() {
      const end = bytes.indexOf(0, at);
      return end < 0 || end - at > MOST_NAME_BYTES
        ? undefined
        : take(end + 1 - at)
            ?.toString('latin1')
            .slice(0, -1);
    },
    measuredText() {
      const length = cursor.number() ?? Infinity;
      return length > MOST_NAME_BYTES ? undefined : take(length)?.toString('latin1').replace(/\0.*$/s, '');
    },
    bytes: take,
  };
  return cursor;
}

/**
 * Reads what the packager wrapped: a label, the path that the file had, the path that it is unpacked to, its bytes.
 *
 * @returns `undefined` when it is something else
 * @see [MS-OLEDS] 2.3.6 tells of the wrapping, not of what is in it
 */
export function readPackagedFile(bytes: Buffer): PackagedFile | undefined {
  const cursor = createCursor(bytes);
  if (cursor.short() !== 2) return undefined;
  const label = cursor.text();
  const path = cursor.text();
  cursor.short();
  cursor.short();
  const unpackedPath = cursor.measuredText();
  const content = cursor.bytes(cursor.number() ?? Infinity);
  if (label === undefined || path === undefined || content === undefined) return undefined;
  return { name: baseName(path) || baseName(unpackedPath ?? '') || baseName(label), content };
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1)?.trim() ?? '';
