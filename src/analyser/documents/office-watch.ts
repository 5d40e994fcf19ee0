import { ATTRIBUTES, createXmlDecoder, resolveReferences } from './xml-text.js';
import { report, within, type Context, type Place } from '../context.js';

/** Listens to the members of an office document in a zip. */
export interface OfficeWatch {
  /** What it returns hears the member's bytes. */
  watch(name: string): ((chunk: Buffer) => void) | undefined;
}

const MACROS =
  /(?:^|\/)vbaProject\.bin$|^xl\/macrosheets\/|^xl\/intlMacrosheets\/|^Basic\/.[^/]*\/.+\.(?:xml|xba)$|^Scripts\/.+\.(?:py|js|bsh|java)$/i;
const TEXT_PARTS = /^(?:word|xl|ppt)\/.*\.xml$|^content\.xml$/i;
/** Loaded when the document is opened. Links that somebody has to follow are ordinary. */
const LOADED = /\/(?:attachedTemplate|oleObject|frame|subDocument|aFChunk|image|externalImage|audio|video)$/i;
/** A tag that is longer is one that nobody wrote. */
const MOST_KEPT_CHARACTERS = 256 * 1024;
const MOST_FIELD_CHARACTERS = 4 * 1024;

/** Looks for what acts in office documents: macros, content that is loaded from elsewhere, and DDE. */
export function createOfficeWatch(context: Context, place: Place): OfficeWatch {
  return {
    watch(name) {
      const member = within(place, name, 'member');
      if (MACROS.test(name)) report(context, member, 'OFFICE_MACRO');
      if (/\.rels$/i.test(name)) {
        return eachTag(RELATIONS, member, context, (tag) => checkRelation(tag, member, context));
      }
      if (!TEXT_PARTS.test(name)) return undefined;
      return watchFields(member, context);
    },
  };
}

/** Hears tags with the text behind them, also those that lie in two chunks: the last one waits for the next. */
function eachTag(
  pattern: RegExp,
  member: Place,
  context: Context,
  hear: (tag: string) => void,
): (chunk: Buffer) => void {
  const decode = createXmlDecoder();
  let kept = '';
  return (chunk) => {
    const text = kept + decode(chunk);
    const end = text.lastIndexOf('<');
    for (const [tag] of text.slice(0, end + 1).matchAll(pattern)) hear(resolveReferences(tag));
    kept = text.slice(Math.max(end, 0));
    if (kept.length <= MOST_KEPT_CHARACTERS) return;
    report(context, member, 'DOCUMENT_UNREADABLE', 'A tag is too long.');
    kept = '';
  };
}

function checkRelation(tag: string, member: Place, context: Context): void {
  const attribute = (name: string): string =>
    new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)|'([^']*))`, 'i').exec(tag)?.slice(1).join('') ?? '';
  if (attribute('TargetMode').toLowerCase() !== 'external' || !LOADED.test(attribute('Type'))) return;
  const kind = attribute('Type').split('/').at(-1) ?? '';
  report(context, member, 'OFFICE_EXTERNAL_TEMPLATE', `${kind}: ${attribute('Target')}`);
}

const PREFIX = /(?:[\w.-]+:)?/.source;
const RELATIONS = new RegExp(`<${PREFIX}Relationship\\b${ATTRIBUTES}>`, 'gi');
const FIELDS = new RegExp(
  [
    `<${PREFIX}(?:instrText|f)\\b${ATTRIBUTES}>[^<]*`,
    `<${PREFIX}(?:fldSimple|ddeLink|dde-[\\w-]*|event-listener)\\b${ATTRIBUTES}>`,
    `</${PREFIX}p>`,
  ].join('|'),
  'gi',
);
const DDE = /\bDDE(?:AUTO)?\b\s*\S/i;
const LINK = /^<(?:[\w.-]+:)?(?:ddeLink|dde-)/i;
/** A formula that hands a line to another program. */
const FORMULA = /^<(?:[\w.-]+:)?f\b[^>]*>\s*(?:[=+-]\s*)?(?:cmd|powershell|mshta|msexcel|rundll32)\s*\|/i;

/** The words of one field may be spread over many runs: they are read as one, up to the end of the paragraph. */
function watchFields(member: Place, context: Context): (chunk: Buffer) => void {
  let field = '';
  return eachTag(FIELDS, member, context, (tag) => {
    if (/^<[^\s>]*event-listener/i.test(tag)) {
      report(context, member, 'OFFICE_MACRO', 'An event calls a script.');
    }
    if (FORMULA.test(tag) || LINK.test(tag)) report(context, member, 'OFFICE_DDE');
    if (tag.startsWith('</')) field = '';
    else if (/instrText|fldSimple/i.test(tag)) {
      field = (field + tag.replace(/^<(?:[\w.-]+:)?instrText\b[^>]*>/i, '')).slice(-MOST_FIELD_CHARACTERS);
      if (DDE.test(field)) report(context, member, 'OFFICE_DDE', field.trim());
    }
  });
}
