import type { FindingCode } from '../../domain/finding-codes.js';
import { DDE, FORMULA, MOST_FIELD_CHARACTERS } from './office-rules.js';
import { ATTRIBUTES, createXmlDecoder, resolveReferences } from './xml-text.js';

/** Tells of something in the part that is listened to. */
export type Say = (code: FindingCode, detail?: string | null) => void;

/** A tag that is longer is one that nobody wrote. */
const MOST_KEPT_CHARACTERS = 256 * 1024;
const PREFIX = /(?:[\w.-]+:)?/.source;
/** What a part is related to. */
export const RELATIONS = new RegExp(`<${PREFIX}Relationship\\b${ATTRIBUTES}>`, 'gi');
const TAGS = 'instrText|f|fldSimple|ddeLink|dde-[\\w-]*|event-listener|connection';
const FIELDS = new RegExp(
  [
    `<${PREFIX}(?:instrText|f)\\b${ATTRIBUTES}>[^<]*`,
    `<${PREFIX}(?:fldSimple|ddeLink|dde-[\\w-]*|event-listener|connection)\\b${ATTRIBUTES}>`,
    `</${PREFIX}p>`,
  ].join('|'),
  'gi',
);
const FIELD_BEGINS = new RegExp(`^<${PREFIX}(?:${TAGS})\\b`, 'i');
const LINK = /^<(?:[\w.-]+:)?(?:ddeLink|dde-)/i;
const FORMULA_TEXT = /^<(?:[\w.-]+:)?f\b[^>]*>([^<]*)/i;
const LISTENER = /^<[^\s>]*event-listener/i;
const SCRIPT_PLACE = /["']\s*(?:vnd\.sun\.star\.script|macro|script):/i;
const FETCHED = /^<(?:[\w.-]+:)?connection\b.*\srefreshOnLoad\s*=\s*["'](?:1|true)["']/is;

/**
 * Hears tags with the text behind them, also those that lie in two chunks: the last one waits for the next.
 *
 * @param isMeant - tells of the beginning of a tag that is too long whether it would have been heard
 */
export function eachTag(
  pattern: RegExp,
  say: Say,
  hear: (tag: string) => void,
  isMeant: (begin: string) => boolean = () => true,
): (chunk: Buffer) => void {
  const decode = createXmlDecoder();
  let kept = '';
  return (chunk) => {
    const text = kept + decode(chunk);
    const end = text.lastIndexOf('<');
    for (const [tag] of text.slice(0, end + 1).matchAll(pattern)) hear(resolveReferences(tag));
    kept = text.slice(Math.max(end, 0));
    if (kept.length <= MOST_KEPT_CHARACTERS) return;
    if (isMeant(kept)) say('DOCUMENT_UNREADABLE', 'A tag is too long.');
    kept = '';
  };
}

/**
 * Looks for fields and formulas that act. The words of one field may be spread over many runs: they are read as one, up
 * to the end of the paragraph.
 *
 * @param isAny - whether it may be any XML, in which other tags may be as long as they like
 */
export function watchFields(say: Say, isAny = false): (chunk: Buffer) => void {
  let field = '';
  const hear = (tag: string): void => {
    if (LISTENER.test(tag) && (!isAny || SCRIPT_PLACE.test(tag))) {
      say('OFFICE_MACRO', 'An event calls a script.');
    }
    if (FORMULA.test(FORMULA_TEXT.exec(tag)?.[1] ?? '') || LINK.test(tag)) say('OFFICE_DDE');
    if (isAny && FETCHED.test(tag)) say('OFFICE_EXTERNAL_TEMPLATE', 'connection');
    if (tag.startsWith('</')) field = '';
    else if (/instrText|fldSimple/i.test(tag)) {
      field = (field + tag.replace(/^<(?:[\w.-]+:)?instrText\b[^>]*>/i, '')).slice(-MOST_FIELD_CHARACTERS);
      if (DDE.test(field)) say('OFFICE_DDE', field.trim());
    }
  };
  return eachTag(FIELDS, say, hear, (begin) => !isAny || FIELD_BEGINS.test(begin));
}
