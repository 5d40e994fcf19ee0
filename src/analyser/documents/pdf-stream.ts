import { report, type Context, type Place } from '../context.js';
import { CorruptError, inflate } from '../reading/inflate.js';
import { collect } from '../reading/limited.js';
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

/**
 * Expands a stream. Takes the source to its end in any case.
 *
 * @returns `undefined` where it cannot be expanded, which is reported
 */
export async function openPdfStream(
  raw: Source,
  dictionary: string,
  place: Place,
  context: Context,
): Promise<Buffer | undefined> {
  const unreadable = (why: string): void => report(context, place, 'DOCUMENT_UNREADABLE', why);
  let bytes = await collect(raw, MOST_BYTES);
  for (const name of filtersOf(dictionary)) {
    const filter = FILTERS[name];
    if (!filter) {
      unreadable(`A stream has the filter ${name}.`);
      return;
    }
    bytes = bytes && (await decode(bytes, filter, context));
  }
  if (!bytes) unreadable('A stream is too large, or broken.');
  return bytes ?? undefined;
}

const filtersOf = (dictionary: string): readonly string[] => {
  const value = /\/(?:Filter|F)\s*(\[[^\]]*\]|\/\w+)/.exec(dictionary)?.[1] ?? '';
  return Array.from(value.matchAll(/\/(\w+)/g), ([, name]) => name ?? '');
};

async function decode(
  bytes: Buffer,
  filter: 'flate' | 'hex' | 'ascii85',
  context: Context,
): Promise<Buffer | null> {
  if (filter === 'hex') return Buffer.from(bytes.toString('latin1').replace(/[^0-9a-f]/gi, ''), 'hex');
  if (filter === 'ascii85') return decodeAscii85(bytes.toString('latin1'));
  const compressed = createReader(
    (async function* (): AsyncGenerator<Buffer, undefined> {
      yield await Promise.resolve(trimmed(bytes));
    })(),
  );
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

/** @see ISO 32000-2, 7.4.3 */
function decodeAscii85(text: string): Buffer {
  const bytes: number[] = [];
  let group: number[] = [];
  const flush = (): void => {
    const missing = 5 - group.length;
    const value = [...group, ...Array.from({ length: missing }, () => 84)].reduce(
      (sum, digit) => sum * 85 + digit,
      0,
    );
    for (let index = 0; index < 4 - missing; index += 1) {
      bytes.push(Math.floor(value / 256 ** (3 - index)) % 256);
    }
    group = [];
  };
  for (const character of text.split('~')[0] ?? '') {
    if (character === 'z' && group.length === 0) bytes.push(0, 0, 0, 0);
    else if (character >= '!' && character <= 'u') group.push(character.charCodeAt(0) - 33);
    if (group.length === 5) flush();
  }
  if (group.length > 1) flush();
  return Buffer.from(bytes);
}
