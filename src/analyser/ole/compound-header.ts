import type { HeldBytes } from '../reading/held.js';

/** The bytes are no compound file, or not a whole one. */
export class CompoundError extends Error {
  override readonly name = 'CompoundError';
}

/** How a compound file is cut into sectors, and where its tables are. @see [MS-CFB] 2.2 */
export interface CompoundHeader {
  readonly sectorBytes: number;
  readonly miniSectorBytes: number;
  /** Streams of fewer bytes lie in the mini stream. */
  readonly miniBelowBytes: number;
  /** Sectors that the file has room for. */
  readonly sectors: number;
  readonly directory: number;
  readonly miniTable: number;
  /** First sectors of the table of sectors, in the header. */
  readonly table: readonly number[];
  /** The sector that goes on with them. */
  readonly moreTable: number;
  readonly isLarge: boolean;
}

const HEADER_BYTES = 512;
const TABLE_IN_HEADER = 109;
/** Numbers above this are marks: the end of a chain, a free sector, a sector of a table. */
export const LAST_SECTOR = 0xff_ff_ff_fa;

/** @throws CompoundError */
export function parseCompoundHeader(file: HeldBytes): CompoundHeader {
  const bytes = file.read(0, HEADER_BYTES);
  if (bytes.length < HEADER_BYTES) throw new CompoundError('The header is cut off.');
  const [version, shift, miniShift] = [
    bytes.readUInt16LE(26),
    bytes.readUInt16LE(30),
    bytes.readUInt16LE(32),
  ];
  const isKnown = (version === 3 && shift === 9) || (version === 4 && shift === 12);
  if (!isKnown || miniShift !== 6 || bytes.readUInt16LE(28) !== 0xfffe) {
    throw new CompoundError('The header is of no version that there is.');
  }
  const sectorBytes = 2 ** shift;
  return {
    sectorBytes,
    miniSectorBytes: 2 ** miniShift,
    miniBelowBytes: bytes.readUInt32LE(56),
    sectors: Math.max(0, Math.ceil(file.length / sectorBytes) - 1),
    directory: bytes.readUInt32LE(48),
    // Some programs leave a number where there is no such table.
    miniTable: bytes.readUInt32LE(64) === 0 ? LAST_SECTOR : bytes.readUInt32LE(60),
    table: Array.from({ length: TABLE_IN_HEADER }, (_, index) => bytes.readUInt32LE(76 + 4 * index)),
    moreTable: bytes.readUInt32LE(72) === 0 ? LAST_SECTOR : bytes.readUInt32LE(68),
    isLarge: version === 4,
  };
}
