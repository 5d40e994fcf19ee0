import type { XmlElement } from './xml-parser.js';
import { isElsewhere, isScriptPlace } from './places.js';
import { checkStyle } from './styles.js';

/** What is said of an element of a drawing. */
export interface VectorActivity {
  /** What acts, in a word. */
  readonly acts: string | undefined;
  /** Where something is loaded from. */
  readonly loadsFrom: string | undefined;
  /** References that carry their content. */
  readonly carried: readonly string[];
}

/** The namespace of drawings. */
export const SVG_URI = 'http://www.w3.org/2000/svg';
/** The namespace of pages. */
export const HTML_URI = 'http://www.w3.org/1999/xhtml';
/** Elements that run scripts, or show pages, wherever they stand. */
const ACTING = /^(?:script|handler|listener|iframe|frame|embed|object|applet|base|link|meta|form|portal)$/i;
const REFERENCES = /^(?:href|src|srcset|data|action|formaction|poster|background|xml:base|base)$/i;
const ANIMATION = /^(?:set|animate\w*|discard)$/i;
const MOVED = /^(?:to|from|by|values)$/i;
const HANDLER = /^on[a-z]/i;
/** Elements of pages that only set text, as programs that draw diagrams use them for their labels. */
const TEXT =
  /^(?:html|body|div|span|p|br|hr|b|i|u|s|em|strong|small|big|font|center|sub|sup|code|pre|tt|kbd|var|q|mark|nobr|label|h[1-6]|[uod]l|li|d[td]|table|caption|col(?:group)?|t(?:body|head|foot|r|d|h)|a|img|style|section|article|header|footer|abbr|blockquote)$/i;

/** Looks at one element, and where it stands. @see SVG 2, chapters 15 and 16 */
export function checkVectorElement(element: XmlElement, isInForeign: boolean): VectorActivity {
  const { local, uri, attributes } = element;
  const isOwn = uri === '' || uri === SVG_URI || uri === HTML_URI;
  const isPage = uri === HTML_URI || (isInForeign && uri === '');
  let acts = (isPage && !TEXT.test(local)) || (isOwn && ACTING.test(local)) ? local : undefined;
  let loadsFrom: string | undefined;
  const carried: string[] = [];
  for (const { prefix, local: name, value } of isOwn ? attributes : []) {
    if (prefix === '' && HANDLER.test(name)) acts ??= name;
    const style = value.includes('(') || name === 'style' ? checkStyle(value) : undefined;
    if (style?.runs === true) acts ??= name;
    loadsFrom ??= style?.loadsFrom;
    const isMoved = ANIMATION.test(local) && MOVED.test(name);
    if (!isMoved && !REFERENCES.test(name)) continue;
    if (isScriptPlace(value) || (isMoved && value.split(';').some(isScriptPlace))) acts ??= name;
    if (/^\s*data:/i.test(value)) carried.push(value);
    // A link is followed by somebody, and not by the drawing.
    else if (!isMoved && local !== 'a' && isElsewhere(value)) loadsFrom ??= value;
  }
  const target = attributes.find(({ local: name }) => name === 'attributeName')?.value ?? '';
  if (ANIMATION.test(local) && HANDLER.test(target.trim())) acts ??= target;
  return { acts, loadsFrom, carried };
}
