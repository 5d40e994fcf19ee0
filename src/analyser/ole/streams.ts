import { report, within, type Context, type Place } from '../context.js';
import { collect, restOf } from '../reading/limited.js';
import { createReader, TruncatedError, type Reader, type Source } from '../reading/reader.js';
import { HEAD_BYTES, identify } from '../types/identify.js';
import type { Family } from '../types/content-type.js';
import { holdsMoniker } from './class-ids.js';
import { lookAtWorkbook } from './excel-records.js';
import { checkClassName, lookAtNative } from './look-at-object.js';
import { lookAtPresentation } from './powerpoint-records.js';

type StreamLook = (reader: Reader, place: Place, context: Context) => Promise<void>;

/** Larger objects are not looked into. */
const MOST_OBJECT_BYTES = 64 * 1024 * 1024;
const WORD_MARK = 0xa5ec;
const WORD_ENCRYPTED = 0x0100;
const SLIDES_ENCRYPTED = 0xf3_d1_c4_df;

/** @see [MS-DOC] 2.5.2 */
const lookAtWord: StreamLook = async (reader, place, context) => {
  const head = await reader.peek(32);
  const isEncrypted =
    head.length === 32 &&
    head.readUInt16LE(0) === WORD_MARK &&
    (head.readUInt16LE(10) & WORD_ENCRYPTED) !== 0;
  if (isEncrypted) report(context, place, 'DOCUMENT_ENCRYPTED');
};

/** @see [MS-PPT] 2.3.2 */
const lookAtCurrentUser: StreamLook = async (reader, place, context) => {
  const head = await reader.peek(16);
  if (head.length === 16 && head.readUInt32LE(12) === SLIDES_ENCRYPTED) {
    report(context, place, 'DOCUMENT_ENCRYPTED');
  }
};

const lookAtOle10: StreamLook = async (reader, place, context) => {
  report(context, place, 'OFFICE_EMBEDDED_OBJECT');
  const bytes = await collect(restOf(reader), MOST_OBJECT_BYTES);
  if (!bytes) report(context, place, 'DOCUMENT_UNREADABLE', 'An object is too large.');
  else await lookAtNative(bytes.subarray(4), place, context);
};

/** @see [MS-OLEDS] 2.3.3: the lowest bit of the flags says that the object is a link */
const lookAtLink: StreamLook = async (reader, place, context) => {
  const bytes = await reader.peek(HEAD_BYTES);
  const isLink = bytes.length >= 8 && (bytes.readUInt32LE(4) & 1) === 1;
  if (isLink && holdsMoniker(bytes)) report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', 'link');
};

const lookAtClass: StreamLook = async (reader, place, context) => {
  const text = (await reader.peek(HEAD_BYTES)).toString('latin1', 28);
  for (const [name] of text.matchAll(/[\w.]{4,40}/g)) checkClassName(name, place, context);
};

const say =
  (...what: [Parameters<typeof report>[2], string?]): StreamLook =>
  (_reader, place, context) => {
    report(context, place, ...what);
    return Promise.resolve();
  };

/** What is known of streams by their names. */
const LOOKS: readonly (readonly [name: RegExp, look: StreamLook])[] = [
  [/^WordDocument$/i, lookAtWord],
  [/^(?:Workbook|Book)$/i, lookAtWorkbook],
  [/^PowerPoint Document$/i, lookAtPresentation],
  [/^Current User$/i, lookAtCurrentUser],
  [/^(?:EncryptedPackage|EncryptionInfo|\x09DRMContent)$/i, say('DOCUMENT_ENCRYPTED')],
  [/^_VBA_PROJECT$/i, say('OFFICE_MACRO')],
  [/^Equation Native$/i, say('OFFICE_EQUATION_OBJECT')],
  [/^\x01Ole10Native/i, lookAtOle10],
  [/^\x01Ole$/i, lookAtLink],
  [/^\x01CompObj$/i, lookAtClass],
];

/** Content that stands for itself, wherever it lies. What has no more than a short mark may be chance. */
const FILES: ReadonlySet<Family> = new Set<Family>([
  'zip',
  'gzip',
  'zstd',
  'bzip2',
  'opaque',
  'ole',
  'pdf',
  'rtf',
  'png',
  'jpeg',
  'gif',
  'program',
  'markup',
]);

/** Looks at one stream of a compound file: by its name, and else by what it begins with. */
export async function lookAtStream(
  source: Source,
  name: string,
  place: Place,
  context: Context,
): Promise<void> {
  const reader = createReader(source);
  const known = LOOKS.find(([mark]) => mark.test(name));
  try {
    if (known) await known[1](reader, place, context);
    else if (FILES.has(identify(await reader.peek(HEAD_BYTES)).family)) {
      await context.look(restOf(reader), place);
    }
    await reader.tail(1);
  } catch (error) {
    if (!(error instanceof TruncatedError)) throw error;
    report(context, place, 'DOCUMENT_UNREADABLE', 'A record ends behind the end of its stream.');
  }
}

/** The place of a stream, without the characters in its name that nobody sees. */
export const placeOfStream = (place: Place, path: readonly string[], role: 'part' | 'member'): Place =>
  within(place, path.map((step) => step.replace(/[\x00-\x1f]/g, '')).join('/'), role);
