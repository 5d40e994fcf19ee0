import { createPdfFiles, type PdfFiles } from './pdf-files.js';
import { report, type Context, type Place } from '../context.js';

/** Looks at the dictionaries of a PDF. */
export interface PdfObjects extends Pick<PdfFiles, 'passPredicted'> {
  /** Text with objects in it. What was heard may be heard again. */
  hear(text: string): void;
  /** Judges what could not be judged before every object was known. */
  conclude(): void;
}

const NAME_ESCAPE = /#([0-9a-f]{2})/gi;
/** The type of an action, or the key of a tree of scripts: not a part of somebody's address. Or a form of XFA, which has them. */
const JAVASCRIPT =
  /\/S\s*\/JavaScript\b|\/JavaScript\s*(?:\d+\s+\d+\s+R\b|<<|\[)|\/XFA\s*(?:\d+\s+\d+\s+R\b|\[)/;
const COMMENT = /%[^\r\n]*/g;
/** What reaches out, beside those that have a code of their own. */
const REACHING = 'URI|SubmitForm|GoToR|GoToE|ImportData|Rendition|Movie|Sound';
/** Where an object begins, or one ends, or where there is an action. */
const LANDMARK = new RegExp(`\\b(\\d{1,10})\\s+\\d{1,5}\\s+obj\\b|(endobj)|/S\\s*/(?:${REACHING})\\b`, 'g');
/** An action stands near the beginning of its object. */
const NEAR_CHARACTERS = 2_000;
const OPENING = /\/(?:OpenAction|AA)\s*(?:(\d{1,10})\s+\d{1,5}\s+R\b|<<)/g;
const REFERENCE = /\b(\d{1,10})\s+\d{1,5}\s+R\b/g;
const INLINE_ACTION = new RegExp(`/S\\s*/(?:${REACHING})\\b`);
const MOST_REMEMBERED = 100_000;

/** Begins with a PDF that nothing is known of. */
export function createPdfObjects(place: Place, context: Context): PdfObjects {
  const actions = new Set<string>();
  const opening = new Set<string>();
  const files = createPdfFiles();
  const say = (code: Parameters<typeof report>[2], detail: string | null = null): void =>
    report(context, place, code, detail);
  const remember = (into: Set<string>, numbers: Iterable<string | undefined>): void => {
    for (const number of numbers) if (number !== undefined && into.size < MOST_REMEMBERED) into.add(number);
  };
  return {
    hear(raw) {
      // What begins a comment to us may lie in a string: both readings count.
      const text = unescapeNames(raw.includes('%') ? `${raw}\n${raw.replace(COMMENT, '\n')}` : raw);
      if (JAVASCRIPT.test(text)) say('PDF_JAVASCRIPT');
      if (/\/S\s*\/Launch\b/.test(text)) say('PDF_LAUNCH');
      if (/\/EmbeddedFiles\b|\/Type\s*\/EmbeddedFile\b/.test(text)) say('PDF_EMBEDDED_FILE');
      if (/\/Encrypt\s+\d+\s+\d+\s+R\b|\/Encrypt\s*<</.test(text)) say('DOCUMENT_ENCRYPTED');
      if (/\/(?:RichMedia|Flash|3D)\b/.test(text) && /\/Subtype\s*\/(?:RichMedia|Flash)\b/.test(text)) {
        say('PDF_EMBEDDED_FILE', 'rich media');
      }
      remember(actions, actionObjects(text));
      files.hear(text);
      for (const { number, own } of openings(text)) {
        remember(opening, [number]);
        if (INLINE_ACTION.test(own)) say('PDF_AUTO_ACTION');
        remember(
          opening,
          Array.from(own.matchAll(REFERENCE), ([, other]) => other),
        );
      }
    },
    passPredicted: (number, isUsual) => files.passPredicted(number, isUsual),
    conclude() {
      if (files.isAnyPredicted()) say('DOCUMENT_UNREADABLE', 'An embedded file has a predictor.');
      if ([...opening].some((number) => actions.has(number))) say('PDF_AUTO_ACTION');
    },
  };
}

const PIECE_CHARACTERS = 256 * 1024;
/** What lies in two pieces is in the beginning of the second as well. */
const OVERLAP_CHARACTERS = 16 * 1024;

/** Lets long text be looked at, a piece at a time. Throws `LimitError` when the time is over. */
export function hearLong(objects: PdfObjects, text: string, { budget }: Context): void {
  for (const piece of piecesOf(text)) {
    budget.time();
    objects.hear(piece);
  }
}

/** Blanks and comments are made short first: what belongs together is then never further apart than pieces overlap. */
function* piecesOf(raw: string): Generator<string, undefined> {
  for (const reading of raw.includes('%') ? [raw, raw.replace(COMMENT, '')] : [raw]) {
    const text = reading.replace(/\s+/g, ' ');
    for (let at = 0; at < text.length; at += PIECE_CHARACTERS) {
      yield text.slice(Math.max(0, at - OVERLAP_CHARACTERS), at + PIECE_CHARACTERS);
    }
  }
}

/** The numbers of objects that may be actions. Goes over the text once, however many objects begin in it. */
function* actionObjects(text: string): Generator<string, undefined> {
  let open: { readonly number: string; readonly at: number }[] = [];
  for (const { 0: mark, 1: number, 2: end, index } of text.matchAll(LANDMARK)) {
    if (number !== undefined) open.push({ number, at: index + mark.length });
    else {
      if (end === undefined) {
        for (const object of open) if (index - object.at <= NEAR_CHARACTERS) yield object.number;
      }
      open = [];
    }
  }
}

/** What is done of itself: by reference, or in a dictionary. What lies in one dictionary is not looked at again. */
function* openings(text: string): Generator<{ readonly number: string | undefined; readonly own: string }> {
  const pattern = new RegExp(OPENING);
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const [, number] = found;
    const at = pattern.lastIndex;
    const own = number === undefined ? ownDictionary(text.slice(at, at + NEAR_CHARACTERS)) : '';
    pattern.lastIndex = at + own.length;
    yield { number, own };
  }
}

/** Of the text behind `<<`, what belongs to that dictionary. */
function ownDictionary(text: string): string {
  let depth = 1;
  for (const { 0: mark, index } of text.matchAll(/<<|>>|endobj/g)) {
    depth += mark === '<<' ? 1 : -1;
    if (depth === 0 || mark === 'endobj') return text.slice(0, index);
  }
  return text;
}

/** Names as they are meant: any letter of one may be written as its number. */
export const unescapeNames = (text: string): string =>
  text.replace(NAME_ESCAPE, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
