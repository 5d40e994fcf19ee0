import { report, type Context, type Place } from '../context.js';
import { FORMULA } from './office-rules.js';

/** Hears all bytes of a text. */
type TextWatch = (chunk: Buffer) => void;

const MAIL_VERSION = /^MIME-Version:/im;
/** What Word keeps macros in, as it begins, plain or in base64. */
const ACTIVE_MIME = /ActiveMime|QWN0aXZlTWlt/;
/** A sheet of macros, or a name that Excel calls by itself. */
const MACRO_SHEET = /[\r\n](?:O;(?:[^\r\n]*;)?E\b|NN;[^\r\n]*\bN_?Auto_)/i;
const CELL_FORMULA = /[\r\n]C;[^\r\n]*;E([^\r\n;]*)/gi;
/** Longer than a line that anybody wrote. */
const OVERLAP_CHARACTERS = 4 * 1024;

/**
 * Looks for what acts in text that office programs open as a document: web pages in one file, which are mail to all
 * others, and sheets of SYLK.
 *
 * @returns `undefined` for all other text, of which the ends are enough
 */
export function watchText(head: Buffer, place: Place, context: Context): TextWatch | undefined {
  const text = head.toString('latin1');
  if (/^\s*ID;/.test(text)) return inPieces((piece) => judgeSheet(piece, place, context));
  // Whoever opens mail as mail gets its parts as files.
  if (!MAIL_VERSION.test(text) || /\.eml$/i.test(place.name)) return undefined;
  return inPieces((piece) => {
    if (ACTIVE_MIME.test(piece.replace(/\s+/g, ''))) report(context, place, 'OFFICE_MACRO', 'ActiveMime');
  });
}

function judgeSheet(piece: string, place: Place, context: Context): void {
  if (MACRO_SHEET.test(piece)) report(context, place, 'OFFICE_MACRO', 'SYLK');
  for (const [, formula = ''] of piece.matchAll(CELL_FORMULA)) {
    if (FORMULA.test(formula)) report(context, place, 'OFFICE_DDE', formula);
  }
}

function inPieces(judge: (piece: string) => void): TextWatch {
  let last = '';
  return (chunk) => {
    const piece = last + chunk.toString('latin1');
    judge(piece);
    last = piece.slice(-OVERLAP_CHARACTERS);
  };
}
