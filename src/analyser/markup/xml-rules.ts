import { report, type Context, type Place } from '../context.js';
import { MOST_ENTITIES, type Doctype } from './doctype.js';
import type { Expansion } from './expansion.js';
import { isElsewhere, isScriptPlace, isStrangeDoctype } from './places.js';

/** Characters that entities may become together. */
const MOST_EXPANDED = 16 * 1024 * 1024;

/** Judges what a document declares before it begins. */
export function checkDoctype(doctype: Doctype, expansion: Expansion, place: Place, context: Context): void {
  const { entities, systemId, isBroken } = doctype;
  if (systemId !== null && isStrangeDoctype(systemId)) {
    report(context, place, 'XML_EXTERNAL_ENTITY', systemId);
  }
  if (entities.length > 0) report(context, place, 'XML_ENTITY', `${entities.length} entities`);
  if (entities.length > MOST_ENTITIES) {
    report(context, place, 'XML_ENTITY_BOMB', `There are more than ${MOST_ENTITIES} entities.`);
  } else if (isBroken) {
    report(context, place, 'DOCUMENT_UNREADABLE', 'The declaration of its type is broken.');
  }
  for (const { name, value, systemId: source } of entities) {
    const isCustom = source !== null && isElsewhere(source) && !isStrangeDoctype(source);
    // Also a place beside the document: a parser would read a file that nobody sent.
    if (value === null && !isCustom) {
      report(context, place, 'XML_EXTERNAL_ENTITY', `${name}: ${source ?? ''}`);
    }
    checkExpansion(expansion.sizeOf(name), place, context);
  }
}

/** Judges how much entities become. */
export function checkExpansion(characters: number, place: Place, context: Context): void {
  if (characters <= MOST_EXPANDED) return;
  const size = characters === Infinity ? 'holds itself' : `becomes ${characters} characters`;
  report(context, place, 'XML_ENTITY_BOMB', `An entity ${size}.`);
}

/** Judges an instruction to whoever reads the document. @see Associating Style Sheets with XML documents */
export function checkInstruction(target: string, body: string, place: Place, context: Context): void {
  if (target.toLowerCase() !== 'xml-stylesheet') return;
  const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(body);
  const source = href?.[1] ?? href?.[2] ?? '';
  if (isScriptPlace(source)) report(context, place, 'HTML_ACTIVE', `xml-stylesheet: ${source}`);
  // A style sheet of CSS only draws; one of XSL makes another document.
  else if (isElsewhere(source) && !/\btype\s*=\s*["']text\/css["']/i.test(body)) {
    report(context, place, 'XML_EXTERNAL_ENTITY', `xml-stylesheet: ${source}`);
  }
}
