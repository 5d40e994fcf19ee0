import type { Budget } from '../budget.js';
import { CompoundError } from './compound-header.js';
import type { Sectors } from './sectors.js';

/** A storage or a stream of a compound file. */
export interface CompoundEntry {
  readonly kind: 'root' | 'storage' | 'stream';
  readonly name: string;
  /** Names of the storages that it lies in. */
  readonly storages: readonly string[];
  /** Which program made it, in the usual form; zeros where nobody says. */
  readonly classId: string;
  readonly firstSector: number;
  readonly sizeBytes: number;
}

interface Node {
  readonly entry: Omit<CompoundEntry, 'storages'> | undefined;
  readonly left: number;
  readonly right: number;
  readonly child: number;
}

const ENTRY_BYTES = 128;
const KIND_AT = 66;
const NOBODY = 0xff_ff_ff_ff;
const UNUSED: Node = { entry: undefined, left: NOBODY, right: NOBODY, child: NOBODY };
const MOST_DEPTH = 64;
const KINDS = { 1: 'storage', 2: 'stream', 5: 'root' } as const;

/**
 * Reads the directory: the root first, then what lies in it. What no storage refers to is listed as well: it
 * is there, and some program may see it.
 *
 * @see [MS-CFB] 2.6
 * @throws CompoundError
 */
export function readDirectory(sectors: Sectors, budget: Budget): readonly CompoundEntry[] {
  const nodes: Node[] = [];
  for (const sector of sectors.chain(sectors.header.directory)) {
    const bytes = sectors.read(sector);
    for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
      const isUsed = (bytes[at + KIND_AT] ?? 0) !== 0;
      if (isUsed) budget.member();
      nodes.push(isUsed ? parseNode(bytes.subarray(at, at + ENTRY_BYTES), sectors.header.isLarge) : UNUSED);
    }
  }
  if (nodes[0]?.entry?.kind !== 'root') throw new CompoundError('There is no root.');
  return listNodes(nodes);
}

function listNodes(nodes: readonly Node[]): CompoundEntry[] {
  const seen = new Set<number>();
  const listed: CompoundEntry[] = [];
  const walk = (from: number, into: readonly string[]): void => {
    const pending = [{ index: from, storages: into }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { index, storages } = next;
      const node = nodes[index];
      if (index === NOBODY || !node?.entry || seen.has(index)) continue;
      if (storages.length > MOST_DEPTH) throw new CompoundError('Storages lie too deep in each other.');
      seen.add(index);
      listed.push({ ...node.entry, storages });
      pending.push({ index: node.left, storages }, { index: node.right, storages });
      const within = node.entry.kind === 'root' ? storages : [...storages, node.entry.name];
      if (node.entry.kind !== 'stream') pending.push({ index: node.child, storages: within });
    }
  };
  walk(0, []);
  nodes.forEach((_, index) => walk(index, []));
  return listed;
}

function parseNode(bytes: Buffer, isLarge: boolean): Node {
  const kind = KINDS[(bytes[KIND_AT] ?? 0) as keyof typeof KINDS] as CompoundEntry['kind'] | undefined;
  const nameBytes = Math.min(64, Math.max(0, bytes.readUInt16LE(64) - 2));
  const highBytes = isLarge ? bytes.readUInt32LE(124) * 2 ** 32 : 0;
  return {
    entry: kind && {
      kind,
      name: decodeInstallerName(bytes.toString('utf16le', 0, nameBytes)),
      classId: formatClassId(bytes.subarray(80, 96)),
      firstSector: bytes.readUInt32LE(116),
      sizeBytes: highBytes + bytes.readUInt32LE(120),
    },
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: bytes.readUInt32LE(76),
  };
}

function formatClassId(bytes: Buffer): string {
  const hex = (from: number, to: number): string => bytes.toString('hex', from, to);
  const number = (at: number, length: number): string =>
    bytes
      .readUIntLE(at, length)
      .toString(16)
      .padStart(length * 2, '0');
  return `${number(0, 4)}-${number(4, 2)}-${number(6, 2)}-${hex(8, 10)}-${hex(10, 16)}`;
}

const INSTALLER = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';

/** Windows' installer packs two characters into one, from U+3800 on. */
const decodeInstallerName = (name: string): string =>
  name.replace(/[\u3800-\u4840]/g, (character) => {
    const code = character.charCodeAt(0) - 0x3800;
    if (code === 0x1040) return '!';
    const [low = '', high = ''] = [INSTALLER[code & 0x3f], INSTALLER[code >> 6]];
    return low + high;
  });
