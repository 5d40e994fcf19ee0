const END = Buffer.from('PK\x05\x06', 'latin1');
const CENTRAL = 0x02_01_4b_50;
const END_BYTES = 22;

/**
 * Looks for the end of a zip in the last bytes of something, as unpackers do. It counts only where its comment
 * reaches to the end, and where its directory is there: the mark alone may be chance.
 *
 * @returns where it stands in these bytes
 */
export function findZipEnd(tail: Buffer): number | undefined {
  for (let at = tail.lastIndexOf(END); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf(END, at - 1)) {
    if (at + END_BYTES > tail.length || at + END_BYTES + tail.readUInt16LE(at + 20) > tail.length) continue;
    const directory = at - tail.readUInt32LE(at + 12);
    const isEmpty = tail.readUInt16LE(at + 10) === 0;
    if (isEmpty || directory < 0) continue;
    if (tail.readUInt32LE(directory) === CENTRAL) return at;
  }
  return undefined;
}
