import { isElsewhere, isScriptPlace } from './places.js';

/** What a style sheet does beyond drawing. */
export interface StyleActivity {
  readonly runs: boolean;
  /** The first place that it loads something from. */
  readonly loadsFrom: string | undefined;
}

const ESCAPE = /\\(?:([\da-f]{1,6})\s?|([^\r\n]))/gi;
/** Blanks are single here: a pattern that passes over many of them in two ways would take for ever. */
const LOAD = /(?:\burl\( ?|@import )(["']?) ?([^"'); ]+)/gi;
const RUN = /\bexpression ?\(|-moz-binding|\bbehavior ?: ?url/i;

/** Looks at CSS: its own escapes and comments hide no word. @see CSS Syntax Module Level 3, 4.3.7 */
export function checkStyle(css: string): StyleActivity {
  const text = withoutComments(css)
    .replace(ESCAPE, (_, hex?: string, plain?: string) => {
      const code = hex === undefined ? Number.NaN : Number.parseInt(hex, 16);
      return Number.isNaN(code) ? (plain ?? '') : code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    })
    .replace(/\s+/g, ' ');
  const places = Array.from(text.matchAll(LOAD), ([, , place = '']) => place).filter(
    (place) => !/^url\(/i.test(place),
  );
  return {
    runs: RUN.test(text) || places.some(isScriptPlace),
    loadsFrom: places.find(isElsewhere),
  };
}

/** A comment that is not closed reaches to the end. */
function withoutComments(css: string): string {
  const parts: string[] = [];
  for (let at = 0; at < css.length;) {
    const begin = css.indexOf('/*', at);
    parts.push(css.slice(at, begin < 0 ? css.length : begin));
    const end = begin < 0 ? -1 : css.indexOf('*/', begin + 2);
    if (end < 0) break;
    at = end + 2;
  }
  return parts.join('');
}
