import type { Budget } from '../budget.js';
import type { HeldBytes } from '../reading/held.js';
import { CompoundError, LAST_SECTOR, parseCompoundHeader, type CompoundHeader } from './compound-header.js';

/** The sectors of a compound file, and which of them follow each other. */
export interface Sectors {
  readonly header: CompoundHeader;
  /** Where the last sector ends that was walked over so far, in bytes from the beginning of the file. */
  endBytes(): number;
  /** One sector; shorter where the file ends in it. */
  read(sector: number): Buffer;
  /**
   * The sectors of a chain in their order. Each sector belongs to one chain: so none is walked for ever, and
   * all chains together cost no more than the file has sectors.
   *
   * @throws CompoundError
   */
  chain(first: number): Generator<number, undefined>;
}

const FREE = 0xff_ff_ff_ff;

/** Finds the table of sectors. @see [MS-CFB] 2.3 and 2.5 @throws CompoundError */
export function openSectors(file: HeldBytes, budget: Budget): Sectors {
  const header = parseCompoundHeader(file);
  const { sectorBytes, sectors } = header;
  const taken = new Uint8Array(sectors);
  const take = (sector: number): void => {
    if (sector >= sectors) throw new CompoundError('A sector lies behind the end.');
    if (taken[sector] === 1) throw new CompoundError('A sector belongs to two chains.');
    taken[sector] = 1;
  };
  const read = (sector: number): Buffer => file.read((sector + 1) * sectorBytes, sectorBytes);
  const table: Buffer[] = [];
  for (const sector of tableSectors(header, read, take)) {
    take(sector);
    table.push(read(sector));
    budget.time();
  }
  const entries = sectorBytes / 4;
  const after = (sector: number): number => {
    const part = table[Math.floor(sector / entries)];
    const at = (sector % entries) * 4;
    const next = part && at + 4 <= part.length ? part.readUInt32LE(at) : FREE;
    if (next === FREE) throw new CompoundError('A chain leads to a sector that is free.');
    return next;
  };
  return {
    header,
    endBytes: () => (taken.lastIndexOf(1) + 2) * sectorBytes,
    read,
    *chain(first) {
      for (let sector = first; sector < LAST_SECTOR; sector = after(sector)) {
        take(sector);
        yield sector;
      }
      return undefined;
    },
  };
}

/** Where the table of sectors is: the first places stand in the header, others in a chain of their own. */
function* tableSectors(
  header: CompoundHeader,
  read: (sector: number) => Buffer,
  take: (sector: number) => void,
): Generator<number, undefined> {
  yield* header.table.filter((sector) => sector < LAST_SECTOR);
  const places = header.sectorBytes / 4 - 1;
  for (let sector = header.moreTable; sector < LAST_SECTOR;) {
    take(sector);
    const bytes = read(sector);
    if (bytes.length < header.sectorBytes) throw new CompoundError('The table of sectors is cut off.');
    for (let index = 0; index < places; index += 1) {
      const place = bytes.readUInt32LE(4 * index);
      if (place < LAST_SECTOR) yield place;
    }
    sector = bytes.readUInt32LE(4 * places);
  }
}
