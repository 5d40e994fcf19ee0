import { crc32 } from 'node:zlib';
import { lookAtRest } from '../archives/rest.js';
import type { Budget } from '../budget.js';
import { report, type Context, type Place } from '../context.js';
import { CorruptError } from '../reading/inflate.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { createCursor, readStreams, UnknownWayError, type Streams } from './folders.js';
import { unlzma } from './unlzma.js';

const START_BYTES = 32;
/** Longest list of members, packed with the bytes in front of it or not. */
const MOST_LIST_BYTES = 1024 * 1024;
const ENCODED = 0x17;
const PLAIN = 0x01;
const MAIN_STREAMS = 0x04;
const LZMA = '030101';
const AES = '06f10701';
/** What clamd unpacks: copies, LZMA, LZMA2, PPMd; each also behind the filter for programs of x86. */
const METHODS = new Set(['00', LZMA, '21', '030401']);
const FILTER = '03030103';

/** What was found out about how an archive is packed. */
type Way = keyof typeof FOUND;
const FOUND = {
  known: 'ARCHIVE_SCANNER_ONLY',
  unknown: 'ARCHIVE_UNSUPPORTED',
  encrypted: 'ARCHIVE_ENCRYPTED',
} as const;

/**
 * Looks at how a 7z is packed, and no further: whether the scanner, which opens it, knows every way that is used in it.
 * With others, as bzip2 and deflate are, clamd says OK without having looked.
 *
 * @see 7zFormat.txt of 7-Zip
 */
export async function analyseSevenZip(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  try {
    const way = await findWay(reader, context);
    report(context, place, FOUND[way], type.mediaType);
  } catch (error) {
    if (!(error instanceof CorruptError || error instanceof TruncatedError)) throw error;
    report(context, place, 'ARCHIVE_CORRUPT', 'Its list of members cannot be read.');
    return type;
  }
  await lookAtRest(reader, place, context);
  return type;
}

async function findWay(reader: Reader, { budget }: Context): Promise<Way> {
  const start = await reader.take(START_BYTES);
  if (crc32(start.subarray(12)) !== start.readUInt32LE(8)) throw new CorruptError('Its start is wrong');
  const offset = Number(start.readBigUInt64LE(12));
  const listBytes = Number(start.readBigUInt64LE(20));
  if (!Number.isSafeInteger(offset) || listBytes > MOST_LIST_BYTES) return 'unknown';
  const front = Math.min(offset, MOST_LIST_BYTES);
  await reader.skip(offset - front);
  const before = await reader.take(front);
  const list = await reader.take(listBytes);
  if (crc32(list) !== start.readUInt32LE(28)) throw new CorruptError('Its list has another checksum');
  try {
    return await wayOfList(list, { bytes: before, offset: offset - front }, budget);
  } catch (error) {
    if (error instanceof UnknownWayError) return 'unknown';
    throw error;
  }
}

/** What lies in front of a list of members, of which it may be unpacked. */
interface Before {
  readonly bytes: Buffer;
  readonly offset: number;
}

async function wayOfList(list: Buffer, before: Before, budget: Budget): Promise<Way> {
  if (list[0] !== ENCODED) return wayOfMembers(list);
  const streams = readStreams(createCursor(list, 1));
  const way = wayOf(streams);
  if (way !== 'known') return way;
  const [[coder, ...others] = []] = streams.folders;
  const at = streams.packedAt - before.offset;
  const packed = before.bytes.subarray(Math.max(at, 0), at + (streams.packedSizes[0] ?? 0));
  if (coder?.id !== LZMA || others.length > 0 || at < 0) return 'unknown';
  const [unpackedBytes = 0] = streams.unpackedSizes;
  const unpacked = await unlzma(packed, coder.properties[0] ?? 255, unpackedBytes, budget);
  return unpacked ? wayOfMembers(unpacked) : 'unknown';
}

const wayOfMembers = (list: Buffer): Way =>
  list[0] === PLAIN && list[1] === MAIN_STREAMS ? wayOf(readStreams(createCursor(list, 2))) : 'unknown';

function wayOf({ folders }: Streams): Way {
  if (folders.flat().some(({ id }) => id === AES)) return 'encrypted';
  const areKnown = folders.every((coders) => {
    const ids = coders.map(({ id }) => id);
    const methods = ids.filter((id) => METHODS.has(id));
    const filters = ids.filter((id) => id === FILTER);
    return methods.length === 1 && filters.length === ids.length - 1 && filters.length <= 1;
  });
  return areKnown ? 'known' : 'unknown';
}
