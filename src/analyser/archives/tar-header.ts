/** One header of a tar. */
export interface TarHeader {
  readonly name: string;
  readonly kind: string;
  readonly sizeBytes: number;
  readonly linkTarget: string;
}

/** Every header, and every file, fills whole blocks. */
export const TAR_BLOCK_BYTES = 512;

/** What follows a header, by its type flag. */
export const TAR_KIND = {
  hardLink: '1',
  symbolicLink: '2',
  /** Devices and pipes. */
  special: ['3', '4', '6'] as readonly string[],
  withoutContent: ['1', '2', '3', '4', '5', '6', 'V'] as readonly string[],
  /** Old programs noted how large a directory may grow, and how large a volume is. */
  mayHaveSize: ['5', 'V'] as readonly string[],
  extended: 'x',
  global: 'g',
  longName: 'L',
  longLink: 'K',
  sparse: 'S',
  /** What they hold is said of the member that follows. */
  aboutNext: ['x', 'L', 'K'] as readonly string[],
} as const;

const CHECKSUM = { begin: 148, end: 156 };

/** Reads a header; `undefined` where its checksum is wrong. */
export function parseTarHeader(block: Buffer): TarHeader | undefined {
  if (block.length < TAR_BLOCK_BYTES) return undefined;
  let sum = 8 * 0x20;
  for (let index = 0; index < TAR_BLOCK_BYTES; index += 1) {
    if (index < CHECKSUM.begin || index >= CHECKSUM.end) sum += block[index] ?? 0;
  }
  if (readNumber(block.subarray(CHECKSUM.begin, CHECKSUM.end)) !== sum) return undefined;
  const isUstar = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isUstar ? readText(block.subarray(345, 500)) : '';
  const name = readText(block.subarray(0, 100));
  const flag = block.toString('latin1', 156, 157);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    kind: flag === '\0' ? '0' : flag,
    sizeBytes: readNumber(block.subarray(124, 136)),
    linkTarget: readText(block.subarray(157, 257)),
  };
}

const readText = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
};

/** Octal digits; or, where they would not do, a big-endian number behind a set bit. */
function readNumber(bytes: Buffer): number {
  if (((bytes[0] ?? 0) & 0x80) === 0) {
    const digits = bytes.toString('latin1').replace(/[\0 ]+/g, '');
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  return bytes.subarray(1).reduce((value, byte) => value * 256 + byte, (bytes[0] ?? 0) & 0x7f);
}
