import { report, within, type Context, type Place } from '../context.js';
import { looksForOther } from '../media/hidden.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { only } from '../reading/limited.js';
import { identify } from '../types/identify.js';
import { findProgram } from '../types/programs.js';
import { createPdfObjects, hearLong, unescapeNames, type PdfObjects } from './pdf-objects.js';
import { openPdfStream, packingOf, sniffPdfStream, SNIFF_BYTES } from './pdf-stream.js';

const STREAM = /(?<![A-Za-z])stream(?:\r\n|\n|\r(?!\n))/g;
const STREAM_END = Buffer.from('endstream', 'latin1');
/** Text in front of a stream that is kept to find its dictionary in. */
const DICTIONARY_CHARACTERS = 64 * 1024;
/** What is kept of one chunk for the next: longer than any word that is looked for. */
const OVERLAP = 64;
const NEAR_BYTES = 64 * 1024;
/** A name of which any letter may be written as its number. */
const named = (name: string): string =>
  Array.from(name, (letter) => `(?:${letter}|#${letter.charCodeAt(0).toString(16)})`).join('');
/** Long enough not to stand in compressed bytes by chance. */
const HIDDEN_ACTION = new RegExp(`/${named('S')}\\s*/(?:${named('JavaScript')}|${named('Launch')})`, 'i');
/** What is looked into wherever it lies: nothing says of a stream that a viewer would save it as a file. */
const FILES = new Set(['zip', 'ole', 'pdf', 'rtf', 'opaque']);

/**
 * Reads a PDF from its beginning to its end, without its table of objects, which may lie: every dictionary is
 * looked at, and every stream that can hold others is expanded.
 *
 * @see ISO 32000-2, 7.3.8 and 7.5.7
 */
export async function analysePdf(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const objects = createPdfObjects(place, context);
  const hidden = looksForOther(Buffer.from(await reader.peek(NEAR_BYTES)), place, context, type);
  let text = '';
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    text += chunk.toString('latin1');
    STREAM.lastIndex = 0;
    const begin = STREAM.exec(text);
    if (!begin) {
      hidden.hear(chunk);
      text = pass(text, objects);
      continue;
    }
    const end = begin.index + begin[0].length;
    const surplus = text.length - end;
    hidden.hear(chunk.subarray(0, chunk.length - surplus));
    reader.unread(chunk.subarray(chunk.length - surplus));
    const dictionary = text.slice(0, begin.index);
    objects.hear(dictionary);
    const scene = { number: numberBefore(dictionary), objects, place, context, hear: hidden.hear };
    await passStream(reader, dictionaryBefore(dictionary), scene);
    text = '';
  }
  objects.hear(text);
  objects.conclude();
  hidden.conclude();
  return type;
}

/** Lets the dictionaries be looked at, and keeps what may go on in the next chunk, to be looked at again. */
function pass(text: string, objects: PdfObjects): string {
  if (text.length <= 2 * DICTIONARY_CHARACTERS) return text;
  objects.hear(text);
  return text.slice(-DICTIONARY_CHARACTERS);
}

/** The dictionary of a stream stands in front of it, behind the number of its object; with and without its comments. */
function dictionaryBefore(text: string): string {
  const begin = Array.from(text.matchAll(/(?<![a-z])obj\b/gi)).at(-1)?.index;
  const own = text.slice(begin ?? -DICTIONARY_CHARACTERS);
  return unescapeNames(own.includes('%') ? `${own}\n${own.replace(/%[^\r\n]*/g, '\n')}` : own);
}

/** The number of the object that text ends in. */
const numberBefore = (text: string): string | undefined =>
  Array.from(text.matchAll(/(\d{1,10})\s+\d{1,5}\s+obj\b/gi)).at(-1)?.[1];

interface StreamScene {
  /** Of its object, where that can be told. */
  readonly number: string | undefined;
  readonly objects: PdfObjects;
  readonly place: Place;
  readonly context: Context;
  readonly hear: (chunk: Buffer) => void;
}

/** Takes a stream with what ends it. */
async function passStream(reader: Reader, dictionary: string, scene: StreamScene): Promise<void> {
  const { place, context, objects } = scene;
  const packing = packingOf(dictionary);
  if (packing.isPredicted) objects.passPredicted(scene.number, OF_VIEWERS.test(dictionary));
  const head = sniffPdfStream(await reader.peek(SNIFF_BYTES), packing);
  const raw = untilEnd(reader, scene);
  if (/\/Type\s*\/ObjStm\b|\/First\s+\d/.test(dictionary)) {
    const text = await openPdfStream(raw, packing, place, context);
    if (text) hearLong(objects, text.toString('latin1'), context);
  } else if (/\/Type\s*\/EmbeddedFile\b|\/EF\s*<</.test(dictionary) || isFile(head)) {
    report(context, place, 'PDF_EMBEDDED_FILE');
    const content = await openPdfStream(raw, packing, place, context);
    if (content) await context.look(only(content), within(place, '(embedded file)', 'part'));
  } else {
    await passOver(raw, objects);
  }
}

/** What viewers themselves restore: images, and tables of objects. */
const OF_VIEWERS = /\/Subtype\s*\/Image\b|\/Type\s*\/XRef\b/;

const isFile = (head: Buffer): boolean => FILES.has(identify(head).family) || findProgram(head)?.offset === 0;

/** What nobody expands is looked at as it is: a viewer may see objects where we saw a stream. */
async function passOver(raw: AsyncIterable<Buffer>, objects: PdfObjects): Promise<void> {
  let last = '';
  for await (const chunk of raw) {
    const text = last + chunk.toString('latin1');
    if (HIDDEN_ACTION.test(text)) objects.hear(text);
    last = text.slice(-OVERLAP);
  }
}

/** The bytes of a stream up to the word that ends it, which is taken as well. */
async function* untilEnd(reader: Reader, { hear }: StreamScene): AsyncGenerator<Buffer, undefined> {
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    const both = Buffer.concat([chunk, await reader.peek(STREAM_END.length)]);
    const end = both.indexOf(STREAM_END);
    if (end >= 0 && end < chunk.length) {
      reader.unread(chunk.subarray(end));
      await reader.skip(STREAM_END.length);
      hear(chunk.subarray(0, end));
      yield chunk.subarray(0, end);
      return;
    }
    hear(chunk);
    yield chunk;
  }
}
