import { crc32 } from 'node:zlib';
import { report, within, type Context, type Place } from '../context.js';
import { expand, type Packing } from '../reading/expand.js';
import { limited } from '../reading/limited.js';
import { createReader, type Reader, type Source } from '../reading/reader.js';
import { checkLocation, escapes } from './member-name.js';
import { FLAG, ZIP, type ZipEntry } from './zip-records.js';
import { storedUntilDescriptor } from './zip-stored.js';

/** A member that was walked over: what its local header said, and what it really was. */
export interface WalkedMember extends ZipEntry {
  /** Where its bytes end, the descriptor included. */
  readonly end: number;
  /** Where it points to, were it a link out of the archive: only the directory tells whether it is one. */
  readonly escapesTo: string | null;
  /** `null` where they could not be read. */
  readonly real: {
    readonly crc: number;
    readonly expandedBytes: number;
    readonly compressedBytes: number;
  } | null;
}

/** What reading a member needs. */
export interface MemberScene {
  readonly place: Place;
  readonly context: Context;
  /** Hears of every member, and may listen to its bytes. */
  readonly watch: (name: string) => ((chunk: Buffer) => void) | undefined;
}

const METHODS: Readonly<Record<number, string>> = {
  9: 'deflate64',
  14: 'LZMA',
  95: 'xz',
  98: 'PPMd',
};
const COMPRESSIONS: Readonly<Record<number, Packing>> = {
  8: 'deflate-raw',
  12: 'bzip2',
  20: 'zstd',
  93: 'zstd',
};

/** Looks into the member whose local header was just taken, and leaves the reader behind its last byte. */
export async function readMember(reader: Reader, entry: ZipEntry, scene: MemberScene): Promise<WalkedMember> {
  const { place, context } = scene;
  const member = within(place, entry.name, 'member');
  checkLocation(entry.name, entry.unicodeName, member, context);
  const isEncrypted =
    (entry.flags & (FLAG.encrypted | FLAG.strong | FLAG.masked)) !== 0 || entry.method === 99;
  const isKnown = entry.method === 0 || entry.method in COMPRESSIONS;
  if (isEncrypted) report(context, member, 'ARCHIVE_ENCRYPTED');
  else if (!isKnown) {
    report(context, member, 'ARCHIVE_UNSUPPORTED', METHODS[entry.method] ?? `method ${entry.method}`);
  } else if (COMPRESSIONS[entry.method] === 'zstd') report(context, member, 'ARCHIVE_UNSCANNED', 'zstd');
  if (isEncrypted || !isKnown) {
    // Without a length the next record has to be looked for.
    await reader.skip(entry.compressedBytes);
    return { ...entry, end: reader.offset, real: null, escapesTo: null };
  }
  const target = createTargetWatch(entry);
  const real = await readContent(reader, entry, member, { ...scene, hear: target.hear });
  const stated = await takeDescriptor(reader, entry, real);
  compare(entry, stated, real, member, context);
  return { ...entry, ...stated, end: reader.offset, real, escapesTo: target.escapesTo() };
}

const MOST_TARGET_BYTES = 4 * 1024;

/** What is as short as the target of a link is kept until it is known whether it leads out. */
function createTargetWatch({ name }: ZipEntry): {
  readonly hear: (chunk: Buffer) => void;
  readonly escapesTo: () => string | null;
} {
  let text = '';
  return {
    hear(chunk) {
      if (text.length <= MOST_TARGET_BYTES) text += chunk.toString('utf8', 0, MOST_TARGET_BYTES + 1);
    },
    escapesTo: () => (text.length <= MOST_TARGET_BYTES && escapes(name, text) ? text : null),
  };
}

type Real = NonNullable<WalkedMember['real']>;
type Stated = Pick<ZipEntry, 'crc' | 'compressedBytes' | 'expandedBytes'>;

async function readContent(
  reader: Reader,
  entry: ZipEntry,
  member: Place,
  scene: MemberScene & { readonly hear: (chunk: Buffer) => void },
): Promise<Real> {
  const { context, hear } = scene;
  const begin = reader.offset;
  const listen = scene.watch(entry.name);
  let [crc, expandedBytes] = [0, 0];
  const counted = async function* (): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of open(reader, entry, context)) {
      crc = crc32(chunk, crc);
      expandedBytes += chunk.length;
      context.budget.expand(chunk.length);
      hear(chunk);
      listen?.(chunk);
      yield chunk;
    }
  };
  const isDirectory = entry.name.endsWith('/') && entry.compressedBytes === 0 && entry.method === 0;
  if (!isDirectory) await context.look(counted(), member);
  if (expandedBytes > context.budget.limits.maxMemberBytes) {
    report(context, member, 'ARCHIVE_TOO_LARGE', `The member has ${expandedBytes} bytes.`);
  }
  return { crc, expandedBytes, compressedBytes: reader.offset - begin };
}

/** The bytes of a member. Where its length was told before, it ends there, whatever the compression says. */
async function* open(
  reader: Reader,
  { method, flags, compressedBytes }: ZipEntry,
  { budget }: Context,
): AsyncGenerator<Buffer, undefined> {
  const isOpen = (flags & FLAG.descriptor) !== 0 && compressedBytes === 0;
  if (method === 0) {
    yield* isOpen ? storedUntilDescriptor(reader) : limited(reader, compressedBytes);
    return;
  }
  const packing = COMPRESSIONS[method] ?? 'deflate-raw';
  if (isOpen) {
    yield* expand(reader, packing, budget);
    return;
  }
  const source: Source = limited(reader, compressedBytes);
  const piece = createReader(source, budget);
  yield* expand(piece, packing, budget);
  // What is not part of the stream is passed over, and makes the length wrong.
  for (let rest = await piece.next(); rest; rest = await piece.next()) continue;
}

/** Takes the descriptor behind a member, in whichever of its four forms it is. */
async function takeDescriptor(reader: Reader, entry: ZipEntry, real: Real): Promise<Stated> {
  if ((entry.flags & FLAG.descriptor) === 0) return entry;
  const bytes = await reader.peek(24);
  const begin = bytes.length >= 4 && bytes.readUInt32LE(0) === ZIP.descriptor ? 4 : 0;
  for (const width of [4, 8]) {
    const end = begin + 4 + 2 * width;
    if (bytes.length < end) continue;
    const read = (at: number): number =>
      width === 4 ? bytes.readUInt32LE(at) : Number(bytes.readBigUInt64LE(at));
    const stated = {
      crc: bytes.readUInt32LE(begin),
      compressedBytes: read(begin + 4),
      expandedBytes: read(begin + 4 + width),
    };
    if (stated.expandedBytes !== real.expandedBytes && width === 4) continue;
    await reader.skip(end);
    return stated;
  }
  if (begin === 4) await reader.skip(Math.min(16, bytes.length));
  return { ...real, crc: -1 };
}

function compare(entry: ZipEntry, stated: Stated, real: Real, member: Place, context: Context): void {
  const lies = [
    stated.expandedBytes !== real.expandedBytes &&
      `says ${stated.expandedBytes} bytes and has ${real.expandedBytes}`,
    entry.method !== 0 &&
      entry.compressedBytes > 0 &&
      entry.compressedBytes !== real.compressedBytes &&
      'has another packed size than it says',
    stated.crc !== real.crc && 'has another checksum than it says',
  ].filter((lie) => lie !== false);
  if (lies.length > 0) report(context, member, 'ARCHIVE_INCONSISTENT', `The member ${lies.join(', and ')}.`);
}
