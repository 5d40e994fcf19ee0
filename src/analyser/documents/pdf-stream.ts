import { constants, inflateSync } from 'node:zlib';
import { report, type Context, type Place } from '../context.js';
import { CorruptError, inflate } from '../reading/inflate.js';
import { collect, only } from '../reading/limited.js';
import { createReader, type Source } from '../reading/reader.js';

/** An object stream or an embedded file is read whole: larger ones are not looked into. */
const MOST_BYTES = 32 * 1024 * 1024;
const FILTERS: Readonly<Record<string, 'flate' | 'hex' | 'ascii85'>> = {
  FlateDecode: 'flate',
  Fl: 'flate',
  ASCIIHexDecode: 'hex',
  AHx: 'hex',
  ASCII85Decode: 'ascii85',
  A85: 'ascii85',
};

/** How a stream is packed. */
export interface PdfPacking {
  readonly filters: readonly string[];
  /** Why it cannot be told, or not be undone; `null` where it can. */
  readonly obstacle: string | null;
  /** Whether its bytes are not as they were packed: the scanner does not restore them. */
  readonly isPredicted: boolean;
}

/** Told elsewhere, nobody here knows what they are. */
const PREDICTED = /\/Predictor\s+(?!1\b)|\/(?:DecodeParms|DP)\s*\[?(?:\s*null\b)*\s*\d+\s+\d+\s+R\b/;

/** Reads of a dictionary how its stream is packed. What is said twice, or elsewhere, may mean something else to a viewer. */
export function packingOf(dictionary: string): PdfPacking {
  const values = Array.from(
    dictionary.matchAll(/\/Filter\s*(\[[^\][]*\]|\/\w+|\S?)/g),
    ([, value]) => value ?? '',
  );
  const [value = ''] = values;
  const filters = Array.from(value.matchAll(/\/(\w+)/g), ([, name]) => name ?? '');
  const unknown = filters.find((name) => FILTERS[name] === undefined);
  const isElsewhere = value !== '' && filters.length === 0 && !/^\[\s*\]$/.test(value);
  // Some viewers take the short form that belongs to images within a page.
  const isShort = values.length === 0 && /\/F\s*[[/]/.test(dictionary);
  const isPredicted = PREDICTED.test(dictionary) && values.length > 0;
  const because = (obstacle: string | null): PdfPacking => ({ filters, obstacle, isPredicted });
  if (new Set(values).size > 1 || isElsewhere || isShort) {
    return because('A stream does not say how it is packed.');
  }
  if (unknown !== undefined) return because(`A stream has the filter ${unknown}.`);
  return because(isPredicted ? 'A stream has a predictor.' : null);
}

/**
 * Expands a stream. Takes the source to its end in any case.
 *
 * @returns `undefined` where it cannot be expanded, which is reported
 */
export async function openPdfStream(
  raw: Source,
  { filters, obstacle }: PdfPacking,
  place: Place,
  context: Context,
): Promise<Buffer | undefined> {
  let bytes = await collect(raw, MOST_BYTES);
  for (const name of obstacle === null ? filters : []) {
    bytes = bytes && (await decode(bytes, FILTERS[name] ?? 'flate', context));
  }
  if (bytes && obstacle === null) return bytes;
  report(context, place, 'DOCUMENT_UNREADABLE', obstacle ?? 'A stream is too large, or broken.');
  return undefined;
}

/** Packed bytes that are enough to tell what a stream holds. */
export const SNIFF_BYTES = 512;
const MOST_SNIFFED_BYTES = 1024 * 1024;

/** The first bytes of what a stream holds, as far as they lie in its first packed bytes. */
export function sniffPdfStream(head: Buffer, { filters, obstacle }: PdfPacking): Buffer {
  const [filter, ...others] = filters.map((name) => FILTERS[name]);
  if (obstacle === null && filters.length === 0) return head;
  if (obstacle !== null || filter !== 'flate' || others.length > 0) return Buffer.alloc(0);
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_SNIFFED_BYTES };
  try {
    return inflateSync(trimmed(head), options);
  } catch {
    return Buffer.alloc(0);
  }
}

async function decode(
  bytes: Buffer,
  filter: 'flate' | 'hex' | 'ascii85',
  context: Context,
): Promise<Buffer | null> {
  if (filter === 'hex') return Buffer.from(bytes.toString('latin1').replace(/[^0-9a-f]/gi, ''), 'hex');
  if (filter === 'ascii85') return decodeAscii85(bytes);
  const compressed = createReader(only(trimmed(bytes)), context.budget);
  const counted = async function* (): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of inflate(compressed, 'deflate')) {
      context.budget.expand(chunk.length);
      yield chunk;
    }
  };
  try {
    return await collect(counted(), MOST_BYTES);
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}

/** Some begin behind one line end too many. */
const trimmed = (bytes: Buffer): Buffer => {
  const begin = bytes.findIndex((byte) => byte !== 0x0a && byte !== 0x0d);
  return begin > 0 ? bytes.subarray(begin) : bytes;
};

const [FIRST_DIGIT, LAST_DIGIT, ZEROS, END] = [0x21, 0x75, 0x7a, 0x7e];

/** @see ISO 32000-2, 7.4.3 */
function decodeAscii85(text: Buffer): Buffer {
  const bytes = Buffer.alloc(4 * text.length + 4);
  let length = 0;
  let [value, digits] = [0, 0];
  const flush = (): void => {
    for (let missing = digits; missing < 5; missing += 1) value = value * 85 + 84;
    bytes.writeUInt32BE(value % 2 ** 32, length);
    length += digits - 1;
    [value, digits] = [0, 0];
  };
  for (const character of text) {
    if (character === END) break;
    if (character === ZEROS && digits === 0) length += 4;
    if (character < FIRST_DIGIT || character > LAST_DIGIT) continue;
    value = value * 85 + character - FIRST_DIGIT;
    digits += 1;
    if (digits === 5) flush();
  }
  if (digits > 1) flush();
  return bytes.subarray(0, length);
}
