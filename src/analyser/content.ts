import { analyseAr } from './archives/ar.js';
import { analyseCompressed } from './archives/compressed.js';
import { analyseOpaque, analyseScanned } from './archives/opaque.js';
import { analyseTar } from './archives/tar.js';
import { analyseZip } from './archives/zip.js';
import { LimitError } from './budget.js';
import type { Context, Place } from './context.js';
import { analysePdf } from './documents/pdf.js';
import { judgeContent } from './judge-content.js';
import { analyseMarkup } from './markup/markup.js';
import { analyseOle } from './ole/ole.js';
import { analyseSevenZip } from './seven-zip/seven-zip.js';
import { analyseRtf } from './rtf/rtf.js';
import { analyseImage } from './media/image.js';
import { analysePlain } from './media/plain.js';
import { createReader, type Reader, type Source } from './reading/reader.js';
import { ARCHIVES, type ContentType, type Family } from './types/content-type.js';
import { HEAD_BYTES, identify } from './types/identify.js';

/** Looks into content of one family, and may know better what it is. */
type Analyser = (reader: Reader, place: Place, context: Context, type: ContentType) => Promise<ContentType>;

const ANALYSERS: Readonly<Record<Family, Analyser>> = {
  zip: analyseZip,
  gzip: analyseCompressed,
  zstd: analyseCompressed,
  bzip2: analyseCompressed,
  xz: analyseCompressed,
  tar: analyseTar,
  ar: analyseAr,
  '7z': analyseSevenZip,
  scanned: analyseScanned,
  opaque: analyseOpaque,
  ole: analyseOle,
  pdf: analysePdf,
  rtf: analyseRtf,
  png: analyseImage,
  jpeg: analyseImage,
  gif: analyseImage,
  riff: analyseImage,
  image: analyseImage,
  program: analysePlain,
  markup: analyseMarkup,
  text: analysePlain,
  plain: analysePlain,
  unknown: analysePlain,
};
const CONTAINERS: ReadonlySet<Family> = new Set<Family>([...ARCHIVES, 'ar', 'ole', 'pdf']);

/**
 * Finds out what content is, looks into it, and judges it where it lies. Takes the source to its end.
 *
 * @throws LimitError
 */
export async function analyseContent(source: Source, place: Place, context: Context): Promise<ContentType> {
  const reader = createReader(source, context.budget);
  const head = await reader.peek(HEAD_BYTES);
  if (head.length === 0) return { family: 'unknown', mediaType: null };
  const first = identify(head);
  const { maxDepth } = context.budget.limits;
  const leadsDeeper = CONTAINERS.has(first.family) || place.role === 'rest';
  if (place.depth >= maxDepth && leadsDeeper) {
    throw new LimitError('ARCHIVE_TOO_DEEP', `There are more than ${maxDepth} within each other.`);
  }
  const type = await ANALYSERS[first.family](reader, place, context, first);
  judgeContent(type, place, context);
  for (let rest = await reader.next(); rest; rest = await reader.next()) context.budget.time();
  return type;
}
