import { report, within, type Context, type Place } from '../context.js';
import { isBzip2Next } from '../bzip2/unbzip2.js';
import { expand, type Packing } from '../reading/expand.js';
import { CorruptError } from '../reading/inflate.js';
import type { Reader } from '../reading/reader.js';
import { UnknownXzError } from '../reading/unxz.js';
import type { ContentType, Family } from '../types/content-type.js';
import { lookAtRest } from './rest.js';

const PACKINGS: Readonly<Partial<Record<Family, Packing>>> = {
  gzip: 'gzip',
  zstd: 'zstd',
  bzip2: 'bzip2',
  xz: 'xz',
};

/** Looks into what compressed streams hold. What follows their end is looked at as well. */
export async function analyseCompressed(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const packing = PACKINGS[type.family] ?? 'gzip';
  if (packing === 'zstd') report(context, place, 'ARCHIVE_UNSCANNED', type.mediaType);
  try {
    context.budget.member();
    const member = within(place, innerName(place.name), 'member');
    await context.look(expanded(reader, packing, place, context), member);
  } catch (error) {
    if (error instanceof UnknownXzError) report(context, place, 'ARCHIVE_UNSUPPORTED', type.mediaType);
    else if (!(error instanceof CorruptError)) throw error;
    else report(context, place, 'ARCHIVE_CORRUPT', 'The compressed bytes are wrong or cut off.');
    return type;
  }
  await lookAtRest(reader, place, context);
  return type;
}

/** What the streams are expanded to. Of several of bzip2, which are one to whoever unpacks them, clamd opens the first. */
async function* expanded(
  reader: Reader,
  packing: Packing,
  place: Place,
  context: Context,
): AsyncGenerator<Buffer, undefined> {
  for (;;) {
    for await (const chunk of expand(reader, packing, context.budget)) {
      context.budget.expand(chunk.length);
      yield chunk;
    }
    if (packing !== 'bzip2' || !(await isBzip2Next(reader))) return;
    report(context, place, 'ARCHIVE_UNSCANNED', 'It has more than one stream.');
  }
}

const innerName = (name: string): string =>
  name
    .replace(/\.(?:tgz|tzst|tbz2?|txz)$/i, '.tar')
    .replace(/\.svgz$/i, '.svg')
    .replace(/\.(?:gz|zst|z|bz2|xz)$/i, '') || 'content';
