import { report, within, type Context, type Place } from '../context.js';
import { CorruptError, inflate } from '../reading/inflate.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { lookAtRest } from './rest.js';

/** Looks into what one compressed stream holds. What follows its end is looked at as well. */
export async function analyseCompressed(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const compression = type.family === 'zstd' ? 'zstd' : 'gzip';
  const expanded = async function* (): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of inflate(reader, compression)) {
      context.budget.expand(chunk.length);
      yield chunk;
    }
  };
  try {
    context.budget.member();
    await context.look(expanded(), within(place, innerName(place.name), 'member'));
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
    report(context, place, 'ARCHIVE_CORRUPT', 'The compressed bytes are wrong or cut off.');
    return type;
  }
  await lookAtRest(reader, place, context);
  return type;
}

const innerName = (name: string): string =>
  name
    .replace(/\.(?:tgz|tzst)$/i, '.tar')
    .replace(/\.svgz$/i, '.svg')
    .replace(/\.(?:gz|zst|z)$/i, '') || 'content';

/** What no parser is there for: it is said, and not passed over in silence. */
export async function analyseOpaque(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  report(context, place, 'ARCHIVE_UNSUPPORTED', type.mediaType);
  await reader.tail(1);
  return type;
}
