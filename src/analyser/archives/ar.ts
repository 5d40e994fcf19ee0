import {
  AR_HEADER_BYTES,
  AR_MAGIC,
  AR_PADDING,
  parseArHeader,
  type ArHeader,
} from '../../domain/ar-header.js';
import { report, within, type Context, type Place } from '../context.js';
import { collect, limited, only } from '../reading/limited.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { AR_NAME_TABLE, createArNames, type ArNames } from './ar-names.js';
import { checkName } from './member-name.js';
import { parseTarHeader, TAR_BLOCK_BYTES } from './tar-header.js';

/** The longest table of names: those of 50,000 members. */
const MOST_TABLE_BYTES = 4 * 1024 * 1024;

/** Walks an archive of `ar`: Debian packages and static libraries. */
export async function analyseAr(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  // The scanner does not know the kind: of a file of its own it is given every member by itself, and else none.
  if (place.role !== 'file') report(context, place, 'ARCHIVE_UNSCANNED', type.mediaType);
  if (parseTarHeader(await reader.peek(TAR_BLOCK_BYTES))) {
    report(context, place, 'POLYGLOT', 'It can be unpacked as tar.');
  }
  try {
    await reader.skip(AR_MAGIC.length);
    const names = createArNames();
    while ((await reader.peek(AR_HEADER_BYTES)).length > 1) {
      const header = parseArHeader((await reader.take(AR_HEADER_BYTES)).toString('latin1'));
      if (!header) throw new TruncatedError('This is no header');
      await lookAtMember(reader, header, names, place, context);
      await takePadding(reader, header);
    }
  } catch (error) {
    if (!(error instanceof TruncatedError)) throw error;
    report(context, place, 'ARCHIVE_CORRUPT', `It cannot be read beyond byte ${reader.offset}.`);
  }
  return type;
}

async function lookAtMember(
  reader: Reader,
  header: ArHeader,
  names: ArNames,
  place: Place,
  context: Context,
): Promise<void> {
  const name = await names.take(header, reader);
  const member = within(place, name, 'member');
  context.budget.member(name.length);
  const content = limited(reader, header.contentBytes);
  if (header.name === AR_NAME_TABLE) {
    const table = await collect(content, MOST_TABLE_BYTES);
    if (!table) throw new TruncatedError('The table of names is too long');
    names.keep(table);
    await context.look(only(table), member);
  } else {
    if (!header.name.startsWith('/') || header.name !== name) checkName(name, member, context);
    await context.look(content, member);
  }
}

/** The last member may have none. */
async function takePadding(reader: Reader, { isPadded }: ArHeader): Promise<void> {
  if (!isPadded || (await reader.peek(1)).length === 0) return;
  const padding = (await reader.take(1)).toString('latin1');
  if (padding !== AR_PADDING) throw new TruncatedError('This is no padding');
}
