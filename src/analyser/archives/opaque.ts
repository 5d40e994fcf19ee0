import { report, type Context, type Place } from '../context.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { DISK_IMAGE, ISO_IMAGE } from '../types/disks.js';
import { identify } from '../types/identify.js';

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

/**
 * What the scanner opens and no parser of ours: kinds that cannot be encrypted, and that clamd opens in every way in which
 * they may be packed.
 */
export async function analyseScanned(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const isOther =
    (type.mediaType === CABINET && (await isPartOfSet(reader))) ||
    (type.mediaType === ISO_IMAGE && (await beginsAsOther(reader)));
  report(context, place, isOther ? 'ARCHIVE_UNSUPPORTED' : 'ARCHIVE_SCANNER_ONLY', type.mediaType);
  await reader.tail(1);
  return type;
}

/** In front of the descriptors of a disc, and meaning nothing to it; a boot sector is usual there. */
const SYSTEM_AREA_BYTES = 32 * 1024;
const CABINET = 'application/vnd.ms-cab-compressed';
/** To the scanner it is then what it begins as. */
async function beginsAsOther(reader: Reader): Promise<boolean> {
  const { family, mediaType } = identify(await reader.peek(SYSTEM_AREA_BYTES));
  return family !== 'unknown' && mediaType !== DISK_IMAGE;
}

const CABINET_FLAGS = 30;
/** There is one before it, or one behind it. */
const SET = 0x03;

/** Whether members of a cabinet begin or end in another one, where nobody can unpack them. @see [MS-CAB] 2.1 */
async function isPartOfSet(reader: Reader): Promise<boolean> {
  const header = await reader.peek(CABINET_FLAGS + 2);
  return header.length <= CABINET_FLAGS + 1 || (header.readUInt16LE(CABINET_FLAGS) & SET) !== 0;
}
