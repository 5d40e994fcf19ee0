import { LimitError } from '../budget.js';
import { report, within, type Context, type Place } from '../context.js';
import { looksForOther } from '../media/hidden.js';
import { holdRest, sourceOf, type HeldBytes } from '../reading/held.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { checkClassId } from './class-ids.js';
import { openCompoundFile, type CompoundFile } from './compound-file.js';
import { CompoundError } from './compound-header.js';
import type { CompoundEntry } from './directory.js';
import { findAttachments, type Attachments } from './messages.js';
import { lookAtStream, placeOfStream } from './streams.js';

const INSTALLER: ContentType = { family: 'program', mediaType: 'application/x-msi' };
const INSTALLERS = /^000c108[246]-0000-0000-c000-000000000046$/;
/** What a stream in the root makes of the file. */
const KINDS: readonly (readonly [stream: RegExp, mediaType: string])[] = [
  [/^EncryptedPackage$/i, 'application/x-ooxml-protected'],
  [/^WordDocument$/i, 'application/msword'],
  [/^(?:Workbook|Book)$/i, 'application/vnd.ms-excel'],
  [/^PowerPoint Document$/i, 'application/vnd.ms-powerpoint'],
  [/^__properties_version1\.0$/i, 'application/vnd.ms-outlook'],
];

/** Looks into a compound file: each of its streams, and what its storages are called. */
export async function analyseOle(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const file = await hold(reader, place, context);
  if (!file) return type;
  try {
    return await lookInto(file, place, context, type);
  } catch (error) {
    if (!(error instanceof CompoundError)) throw error;
    report(context, place, 'DOCUMENT_UNREADABLE', error.message);
    lookAtBytes(file, place, context, type);
    return type;
  } finally {
    file.release();
  }
}

/** What is too large ends with itself: what lies beside it is looked at all the same. */
async function hold(reader: Reader, place: Place, context: Context): Promise<HeldBytes | undefined> {
  return holdRest(reader, context.budget).catch((error: unknown) => {
    if (!(error instanceof LimitError) || error.code !== 'ANALYSIS_LIMIT') throw error;
    context.budget.time();
    report(context, place, error.code, error.detail);
    return undefined;
  });
}

async function lookInto(
  held: HeldBytes,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const file = openCompoundFile(held, context.budget);
  const kind = kindOf(file, type);
  lookAtBytes(held, place, context, kind);
  const attachments = await findAttachments(file);
  for (const entry of file.entries) {
    context.budget.time();
    if (entry.kind === 'stream') await lookAtEntry(file, entry, attachments, { place, context, kind });
    else checkStorage(entry, place, context);
  }
  await lookAtRest(held, file.endBytes(), place, context);
  return kind;
}

const MESSAGE = 'application/vnd.ms-outlook';

/**
 * What lies in no stream, or in one that is not looked into, is looked at as bytes. Messages and installers
 * carry programs, and documents carry zips, so that one near the end says nothing.
 */
function lookAtBytes(held: HeldBytes, place: Place, context: Context, type: ContentType): void {
  if (type === INSTALLER || type.mediaType === MESSAGE) return;
  const hidden = looksForOther(held.read(0, 64 * 1024), place, context, type);
  for (const piece of held.from(0)) {
    context.budget.time();
    hidden.hear(piece);
  }
}

/** Bytes behind the last sector belong to something else. */
async function lookAtRest(held: HeldBytes, endBytes: number, place: Place, context: Context): Promise<void> {
  const rest = held.from(endBytes);
  if (rest.every((piece) => piece.every((byte) => byte === 0))) return;
  report(context, place, 'TRAILING_DATA', `Bytes follow its end at ${endBytes}.`);
  await context.look(sourceOf(...rest), within(place, '(rest)', 'rest'));
}

function kindOf({ entries }: CompoundFile, type: ContentType): ContentType {
  const [root] = entries;
  if (INSTALLERS.test(root?.classId ?? '')) return INSTALLER;
  const names = entries.filter(({ storages }) => storages.length === 0).map(({ name }) => name);
  const kind = KINDS.find(([mark]) => names.some((name) => mark.test(name)));
  return kind ? { ...type, mediaType: kind[1] } : type;
}

function checkStorage(entry: CompoundEntry, place: Place, context: Context): void {
  const at = entry.kind === 'root' ? place : placeOfStream(place, [...entry.storages, entry.name], 'part');
  checkClassId(entry.classId, at, context);
  if (/^VBA$/i.test(entry.name)) report(context, at, 'OFFICE_MACRO');
}

interface EntryScene {
  readonly place: Place;
  readonly context: Context;
  readonly kind: ContentType;
}

async function lookAtEntry(
  file: CompoundFile,
  entry: CompoundEntry,
  attachments: Attachments,
  { place, context, kind }: EntryScene,
): Promise<void> {
  const attachment = attachments.nameOf(entry);
  // An installer carries programs openly, and a message files under their names.
  const role = attachment !== undefined || kind === INSTALLER ? 'member' : 'part';
  const at = placeOfStream(place, [...entry.storages, attachment ?? entry.name], role);
  if (!attachments.isRead(entry)) await lookAtStream(file.open(entry), entry.name, at, context);
}
