import { Parser } from 'htmlparser2';
import { LimitError } from '../budget.js';
import { report, type Context, type Place } from '../context.js';
import type { DataUrls } from './data-urls.js';
import { isScriptPlace } from './places.js';

/** Judges a page while it is read. */
export interface HtmlWatch {
  hear(text: string): void;
  end(): void;
}

const ACTING = /^(?:script|iframe|frame|object|embed|applet|form|portal)$/;
const HANDLER = /^on[a-z]/;
const REFERENCES: ReadonlySet<string> = new Set([
  'href',
  'src',
  'data',
  'action',
  'formaction',
  'xlink:href',
  'poster',
]);
const MOST_PIECE_CHARACTERS = 32 * 1024 * 1024;
const MOST_DEPTH = 5_000;

/** Begins with a page that nothing was heard of. What is broken is read as browsers read it. */
export function createHtmlWatch(place: Place, context: Context, data: DataUrls): HtmlWatch {
  let sincePiece = 0;
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        sincePiece = 0;
        depth += 1;
        const acts = findActivity(name, attributes);
        if (acts !== undefined) report(context, place, 'HTML_ACTIVE', acts);
        for (const key of REFERENCES) if (attributes[key] !== undefined) data.hear(attributes[key]);
      },
      onclosetag() {
        sincePiece = 0;
        depth -= 1;
      },
      ontext() {
        sincePiece = 0;
      },
      oncomment() {
        sincePiece = 0;
      },
    },
    { decodeEntities: true },
  );
  return {
    hear(text) {
      sincePiece += text.length;
      const isTooMuch = sincePiece > MOST_PIECE_CHARACTERS || depth > MOST_DEPTH;
      if (isTooMuch) throw new LimitError('ANALYSIS_LIMIT', 'A piece of a page has no end.');
      parser.write(text);
    },
    end: () => parser.end(),
  };
}

/** The first thing of an element that acts, in a word. */
function findActivity(name: string, attributes: Readonly<Record<string, string>>): string | undefined {
  // Data that a page holds in such an element is not run.
  const isData = name === 'script' && /^application\/(?:ld\+)?json$/i.test((attributes['type'] ?? '').trim());
  if (ACTING.test(name) && !isData) return name;
  if (name === 'meta' && /^\s*refresh\s*$/i.test(attributes['http-equiv'] ?? '')) return 'meta refresh';
  const found = Object.entries(attributes).find(
    ([key, value]) => HANDLER.test(key) || key === 'srcdoc' || (REFERENCES.has(key) && isScriptPlace(value)),
  );
  return found?.[0];
}
