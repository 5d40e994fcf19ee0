import { report, within, type Context, type Place } from '../context.js';
import { limited } from '../reading/limited.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';

const MAGIC_BYTES = 8;
const HEADER_BYTES = 60;

/** Walks an archive of `ar`: Debian packages and static libraries. */
export async function analyseAr(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  // The scanner does not know the kind: of a file of its own it is given every member by itself, and else none.
  if (place.role !== 'file') report(context, place, 'ARCHIVE_UNSCANNED', type.mediaType);
  try {
    await reader.skip(MAGIC_BYTES);
    while ((await reader.peek(HEADER_BYTES)).length > 1) {
      context.budget.member();
      const header = (await reader.take(HEADER_BYTES)).toString('latin1');
      const sizeBytes = Number(header.slice(48, 58).trim());
      if (!header.endsWith('`\n') || !Number.isSafeInteger(sizeBytes)) {
        throw new TruncatedError('This is no header');
      }
      const { name, nameBytes } = await takeName(reader, header.slice(0, 16).trim());
      if (nameBytes > sizeBytes) throw new TruncatedError('A name is longer than its member');
      await context.look(limited(reader, sizeBytes - nameBytes), within(place, name, 'member'));
      if (sizeBytes % 2 === 1) await reader.skip(Math.min(1, (await reader.peek(1)).length));
    }
  } catch (error) {
    if (!(error instanceof TruncatedError)) throw error;
    report(context, place, 'ARCHIVE_CORRUPT', `It cannot be read beyond byte ${reader.offset}.`);
  }
  return type;
}

/** BSD puts a long name in front of the content, and counts it with it. */
async function takeName(reader: Reader, field: string): Promise<{ name: string; nameBytes: number }> {
  const nameBytes = Number(/^#1\/(\d{1,4})$/.exec(field)?.[1] ?? 0);
  if (nameBytes === 0) return { name: field.replace(/\/$/, ''), nameBytes };
  return { name: (await reader.take(nameBytes)).toString('utf8').replace(/\0+$/, ''), nameBytes };
}
