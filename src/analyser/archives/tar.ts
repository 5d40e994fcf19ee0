import { report, within, type Context, type Place } from '../context.js';
import { collect, limited } from '../reading/limited.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { checkLink, checkName } from './member-name.js';
import { parsePax, type PaxRecords } from './pax.js';
import { lookAtRest } from './rest.js';
import { parseTarHeader, TAR_BLOCK_BYTES, TAR_KIND, type TarHeader } from './tar-header.js';

const TYPE: ContentType = { family: 'tar', mediaType: 'application/x-tar' };
/** Names and extended headers are never longer. */
const MOST_HEADER_BYTES = 1024 * 1024;
const EMPTY = Buffer.alloc(TAR_BLOCK_BYTES);

/** Walks a tar and looks into each of its files. @see POSIX.1-2017, pax interchange format */
export async function analyseTar(reader: Reader, place: Place, context: Context): Promise<ContentType> {
  try {
    await walk(reader, place, context);
  } catch (error) {
    if (!(error instanceof TruncatedError)) throw error;
    report(context, place, 'ARCHIVE_CORRUPT', `It cannot be read beyond byte ${reader.offset}.`);
  }
  return TYPE;
}

async function walk(reader: Reader, place: Place, context: Context): Promise<void> {
  let override: PaxRecords = {};
  for (;;) {
    const block = await reader.peek(TAR_BLOCK_BYTES);
    if (block.length === 0) return;
    await reader.skip(Math.min(TAR_BLOCK_BYTES, block.length));
    if (block.equals(EMPTY)) return lookAtRest(reader, place, context);
    const header = parseTarHeader(block);
    if (!header) throw new TruncatedError('This is no header');
    context.budget.member();
    if (TAR_KIND.aboutNext.includes(header.kind)) {
      override = { ...override, ...(await readOverride(reader, header)) };
    } else if (header.kind === TAR_KIND.global) {
      await readGlobal(reader, header, place, context);
    } else {
      await readMember(reader, { ...header, ...override }, place, context);
      override = {};
    }
  }
}

async function takeText(reader: Reader, { sizeBytes }: TarHeader): Promise<Buffer> {
  const bytes = await collect(limited(reader, checkedSize(sizeBytes)), MOST_HEADER_BYTES);
  await skipPadding(reader, sizeBytes);
  if (!bytes) throw new TruncatedError('A header is too long');
  return bytes;
}

async function readOverride(reader: Reader, header: TarHeader): Promise<PaxRecords> {
  const bytes = await takeText(reader, header);
  if (header.kind === TAR_KIND.extended) return parsePax(bytes);
  const text = bytes.toString('utf8').replace(/\0.*$/s, '');
  return header.kind === TAR_KIND.longName ? { name: text } : { linkTarget: text };
}

/** What is said of all members at once is said of none: unpackers disagree about it. */
async function readGlobal(reader: Reader, header: TarHeader, place: Place, context: Context): Promise<void> {
  const records = parsePax(await takeText(reader, header));
  if (Object.keys(records).length === 0) return;
  report(context, place, 'ARCHIVE_INCONSISTENT', 'It says of all its members what is true of one.');
}

async function readMember(
  reader: Reader,
  header: TarHeader & PaxRecords,
  place: Place,
  context: Context,
): Promise<void> {
  const { kind, name, linkTarget } = header;
  const member = within(place, name, 'member');
  const sizeBytes = checkedSize(header.sizeBytes);
  checkName(name, member, context);
  if (kind === TAR_KIND.symbolicLink) checkLink(name, linkTarget, member, context);
  else if (kind === TAR_KIND.hardLink) checkLink('', linkTarget, member, context);
  else if (TAR_KIND.special.includes(kind)) report(context, member, 'ARCHIVE_SPECIAL_MEMBER');
  if (TAR_KIND.withoutContent.includes(kind)) {
    if (sizeBytes > 0 && !TAR_KIND.mayHaveSize.includes(kind)) {
      report(context, member, 'ARCHIVE_INCONSISTENT', 'It has a size, and can have no content.');
    }
    return;
  }
  if (sizeBytes > context.budget.limits.maxMemberBytes) {
    report(context, member, 'ARCHIVE_TOO_LARGE', `The member has ${sizeBytes} bytes.`);
  }
  if (kind === TAR_KIND.sparse || header.isSparse === true) {
    report(context, member, 'ARCHIVE_UNSUPPORTED', 'It is stored with holes.');
  }
  await context.look(limited(reader, sizeBytes), member);
  await skipPadding(reader, sizeBytes);
}

function checkedSize(sizeBytes: number): number {
  if (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0) return sizeBytes;
  throw new TruncatedError('A size is no number');
}

const padded = (bytes: number): number => Math.ceil(bytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;

/** The last file of an archive that was cut to its length has no padding. */
async function skipPadding(reader: Reader, sizeBytes: number): Promise<void> {
  const rest = padded(sizeBytes) - sizeBytes;
  await reader.skip(Math.min(rest, (await reader.peek(rest)).length));
}
