import { isElsewhere, isScriptPlace } from './places.js';

/** What a style sheet does beyond drawing. */
export interface StyleActivity {
  readonly runs: boolean;
  /** The first place that it loads something from. */
  readonly loadsFrom: string | undefined;
}

const COMMENT = /\/\*[\s\S]*?\*\//g;
const ESCAPE = /\\(?:([\da-f]{1,6})\s?|([^\r\n]))/gi;
const LOAD = /(?:\burl\(\s*|@import\s+)["']?\s*([^"')\s;]{1,4096})/gi;
const RUN = /\bexpression\s*\(|-moz-binding|\bbehavior\s*:\s*url/i;

/** Looks at CSS: its own escapes and comments hide no word. @see CSS Syntax Module Level 3, 4.3.7 */
export function checkStyle(css: string): StyleActivity {
  const text = css.replace(COMMENT, '').replace(ESCAPE, (_, hex?: string, plain?: string) => {
    const code = hex === undefined ? Number.NaN : Number.parseInt(hex, 16);
    return Number.isNaN(code) ? (plain ?? '') : code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
  });
  const places = Array.from(text.matchAll(LOAD), ([, place = '']) => place).filter(
    (place) => !/^url\(/i.test(place),
  );
  return {
    runs: RUN.test(text) || places.some(isScriptPlace),
    loadsFrom: places.find(isElsewhere),
  };
}
