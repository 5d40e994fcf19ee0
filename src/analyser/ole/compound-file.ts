import type { Budget } from '../budget.js';
import type { HeldBytes } from '../reading/held.js';
import { CompoundError, LAST_SECTOR } from './compound-header.js';
import { readDirectory, type CompoundEntry } from './directory.js';
import { openSectors, type Sectors } from './sectors.js';

/** A file system in a file, as office documents before 2007, messages of Outlook and installers are. */
export interface CompoundFile {
  /** The root is the first. */
  readonly entries: readonly CompoundEntry[];
  /** Where it ends, in bytes, when each stream was read: what follows is no part of it. */
  endBytes(): number;
  /** The bytes of a stream; each can be opened once. Throws {@link CompoundError}. */
  open(entry: CompoundEntry): AsyncGenerator<Buffer, undefined>;
}

/**
 * Opens a compound file. What cannot be true of an honest one (chains in circles or through each other, sizes
 * beyond their chains) is an error: unpackers disagree on what such a file holds.
 *
 * @see [MS-CFB]
 * @throws CompoundError
 */
export function openCompoundFile(file: HeldBytes, budget: Budget): CompoundFile {
  const sectors = openSectors(file, budget);
  const entries = readDirectory(sectors, budget);
  const root = entries[0];
  const mini = openMiniSectors(sectors, root?.firstSector ?? LAST_SECTOR);
  return {
    entries,
    endBytes: () => sectors.endBytes(),
    async *open({ sizeBytes, firstSector }) {
      if (sizeBytes > file.length) throw new CompoundError('A stream is longer than the file.');
      const isMini = sizeBytes < sectors.header.miniBelowBytes;
      const pieces = isMini ? mini(firstSector) : wholeSectors(sectors, firstSector);
      let left = sizeBytes;
      for (const piece of left === 0 ? [] : pieces) {
        budget.time();
        const part = piece.subarray(0, left);
        left -= part.length;
        yield await Promise.resolve(part);
        if (left === 0) break;
      }
      if (left > 0) throw new CompoundError('A stream ends before its size.');
      return undefined;
    },
  };
}

function* wholeSectors(sectors: Sectors, first: number): Generator<Buffer, undefined> {
  for (const sector of sectors.chain(first)) yield sectors.read(sector);
}

/** Small streams lie in sectors of 64 bytes, in the stream of the root, with a table of their own. */
function openMiniSectors(
  sectors: Sectors,
  rootFirst: number,
): (first: number) => Generator<Buffer, undefined> {
  const { sectorBytes, miniSectorBytes, miniTable } = sectors.header;
  const table = [...sectors.chain(miniTable)];
  const container = [...sectors.chain(rootFirst)];
  const perSector = sectorBytes / miniSectorBytes;
  const taken = new Uint8Array(container.length * perSector);
  return function* (first) {
    for (let mini = first; mini < LAST_SECTOR;) {
      const sector = container[Math.floor(mini / perSector)];
      const places = table[Math.floor(mini / (sectorBytes / 4))];
      if (sector === undefined || places === undefined || taken[mini] === 1) {
        throw new CompoundError('The chain of a small stream is broken.');
      }
      taken[mini] = 1;
      const begin = (mini % perSector) * miniSectorBytes;
      yield sectors.read(sector).subarray(begin, begin + miniSectorBytes);
      const at = (mini % (sectorBytes / 4)) * 4;
      const next = sectors.read(places);
      mini = at + 4 <= next.length ? next.readUInt32LE(at) : LAST_SECTOR;
    }
    return undefined;
  };
}
