/** A program that was found, and where. */
export interface FoundProgram {
  readonly mediaType: string;
  readonly offset: number;
}

const MOST_CANDIDATES = 4_096;
const DOS_HEADER_BYTES = 64;
const MOST_STUB_BYTES = 4_096;
const ELF = Buffer.from('7f454c46', 'hex');

/** Whether a Windows program begins here: the DOS header must lead to that of the program. */
export function isWindowsProgram(bytes: Buffer, offset: number): boolean {
  if (bytes.length < offset + DOS_HEADER_BYTES) return false;
  const header = bytes.readUInt32LE(offset + 0x3c);
  if (header < 4 || header > MOST_STUB_BYTES) return false;
  const at = offset + header;
  return bytes.toString('latin1', at, at + 4) === 'PE\0\0';
}

/** @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const isElf = (bytes: Buffer, offset: number): boolean =>
  [1, 2].includes(bytes[offset + 4] ?? 0) &&
  [1, 2].includes(bytes[offset + 5] ?? 0) &&
  bytes[offset + 6] === 1;

/** Looks for the first program that begins anywhere in these bytes. What only resembles one is passed over. */
export function findProgram(bytes: Buffer): FoundProgram | undefined {
  const found = [
    search(bytes, 'MZ', isWindowsProgram, 'application/x-msdownload'),
    search(bytes, ELF, isElf, 'application/x-elf'),
  ].filter((program) => program !== undefined);
  return found.sort((one, other) => one.offset - other.offset)[0];
}

function search(
  bytes: Buffer,
  mark: string | Buffer,
  matches: (bytes: Buffer, offset: number) => boolean,
  mediaType: string,
): FoundProgram | undefined {
  let offset = bytes.indexOf(mark, 0, 'latin1');
  for (let count = 0; offset >= 0 && count < MOST_CANDIDATES; count += 1) {
    if (matches(bytes, offset)) return { mediaType, offset };
    offset = bytes.indexOf(mark, offset + 1, 'latin1');
  }
  return undefined;
}
