import { report, within, type Context, type Place } from '../context.js';
import { isElsewhere } from '../markup/places.js';
import { createXmlParser, type XmlElement, type XmlListener } from '../markup/xml-parser.js';
import { encodingOfMark, openTextStream, type TextStream } from '../types/encoding.js';

/** Hears the bytes of a part of a document. */
type PartWatch = (chunk: Buffer) => void;

const CONTAINED = /^(?:word|xl|ppt|visio)\/embeddings\/|^Object \d+\/content\.xml$/i;
const CONTROLS = /^(?:word|xl|ppt)\/activeX\/[^/]+\.(?:xml|bin)$/i;
/** Ends of names under which somebody expects macros. */
const MACRO_NAMES = /\.(?:do[ct]m|xl[st]m|xlam|xlsb|p[po][ts]m|ppam|sldm)$/i;

/** Looks at the parts of office documents of today that say what the others are. @see ECMA-376, part 2; ODF 1.3, part 2 */
export function watchPart(name: string, place: Place, context: Context): PartWatch | undefined {
  const member = within(place, name, 'member');
  if (CONTAINED.test(name)) report(context, member, 'OFFICE_EMBEDDED_OBJECT');
  if (CONTROLS.test(name)) report(context, member, 'OFFICE_ACTIVEX');
  const check = CHECKS.find(([part]) => part.test(name))?.[1];
  return check && hearElements((element) => check(element, member, context, place));
}

/** The value of an attribute, whatever its prefix; empty where it has none. */
export const attributeOf = ({ attributes }: XmlElement, local: string): string =>
  attributes.find((attribute) => attribute.local === local)?.value ?? '';

/** @see ECMA-376, part 2, 7.2.3 */
function checkContentType(element: XmlElement, member: Place, context: Context, place: Place): void {
  const type = attributeOf(element, 'ContentType');
  if (checkPart(type, attributeOf(element, 'PartName'), member, context)) return;
  if (/macroEnabled/i.test(type) && !MACRO_NAMES.test(place.name)) {
    report(
      context,
      member,
      'OFFICE_MACRO',
      'A document that may hold macros has the name of one that may not.',
    );
  }
}

/**
 * Looks at what a part of a document is said to be.
 *
 * @returns whether that was reported
 */
export function checkPart(type: string, part: string, member: Place, context: Context): boolean {
  if (/\bvbaProject$|macrosheet\+xml$/i.test(type)) report(context, member, 'OFFICE_MACRO', part || type);
  else if (/\.activeX\b/i.test(type)) report(context, member, 'OFFICE_ACTIVEX', part || type);
  else return false;
  return true;
}

/** Looks at what a relation says of the part that it leads to. */
export function checkRelationKind(element: XmlElement, member: Place, context: Context): void {
  if (element.local !== 'Relationship') return;
  const kind = attributeOf(element, 'Type').split('/').at(-1) ?? '';
  const target = attributeOf(element, 'Target');
  if (/^(?:vbaProject|xl(?:Intl)?Macrosheet|wordVbaData)$/i.test(kind)) {
    report(context, member, 'OFFICE_MACRO', target);
  } else if (kind === 'control' || /^activeXControl/i.test(kind)) {
    report(context, member, 'OFFICE_ACTIVEX', target);
  }
}

/** Data that a workbook fetches by itself. @see ECMA-376, part 1, 18.13 */
function checkConnection(element: XmlElement, member: Place, context: Context): void {
  const isFetched =
    attributeOf(element, 'refreshOnLoad') === '1' || attributeOf(element, 'refreshOnLoad') === 'true';
  if (element.local === 'connection' && isFetched) {
    report(context, member, 'OFFICE_EXTERNAL_TEMPLATE', `connection: ${attributeOf(element, 'name')}`);
  }
}

/** Buttons that call macros, also those of another document. */
function checkRibbon(element: XmlElement, member: Place, context: Context): void {
  const called = element.attributes.find(({ local, value }) => /^on[A-Z]/.test(local) && value !== '');
  if (called) report(context, member, 'OFFICE_MACRO', `${called.local}: ${called.value}`);
}

/** @see ODF 1.3, part 2, 4.16 */
function checkManifest(element: XmlElement, member: Place, context: Context): void {
  if (element.local === 'encryption-data') report(context, member, 'DOCUMENT_ENCRYPTED');
  const type = attributeOf(element, 'media-type');
  if (/script|java-?class|basic/i.test(type)) report(context, member, 'OFFICE_MACRO', type);
}

/** Elements of OpenDocument whose content is loaded when the document is opened. */
const LOADED =
  /^(?:image|object|object-ole|floating-frame|plugin|applet|section-source|template|auto-reload|table-source|database-range|cell-range-source|fill-image|background-image|sound|dde-source)$/;

/** Looks for what an element of OpenDocument loads or runs. */
export function checkOpenDocument(element: XmlElement, member: Place, context: Context): void {
  const reference = attributeOf(element, 'href');
  if (/^\s*(?:vnd\.sun\.star\.script|macro|script):/i.test(reference)) {
    report(context, member, 'OFFICE_MACRO', reference);
  } else if (LOADED.test(element.local) && isRemote(reference)) {
    report(context, member, 'OFFICE_EXTERNAL_TEMPLATE', `${element.local}: ${reference}`);
  }
  if (element.local === 'applet' || element.local === 'plugin') {
    report(context, member, 'OFFICE_ACTIVEX', element.local);
  }
}

/** A template of the machine that a document was made on is ordinary; one of another machine is not. */
const isRemote = (reference: string): boolean =>
  isElsewhere(reference) && /^\s*(?:(?!file:\/\/\/|[a-z]:)[a-z][a-z\d+.-]+:|\/\/|\\\\)/i.test(reference);

const CHECKS: readonly (readonly [
  part: RegExp,
  check: (element: XmlElement, member: Place, context: Context, place: Place) => void,
])[] = [
  [/^\[Content_Types\]\.xml$/i, checkContentType],
  [/\.rels$/i, checkRelationKind],
  [/^xl\/connections\.xml$/i, checkConnection],
  [/^customUI\/[^/]+\.xml$/i, checkRibbon],
  [/^META-INF\/manifest\.xml$/i, checkManifest],
  [/^(?:Object \d+\/)?(?:content|styles|meta|settings)\.xml$/i, checkOpenDocument],
];

/** Nothing but elements is wanted. What is broken is read as far as it goes. */
function hearElements(hear: (element: XmlElement) => void): PartWatch {
  const nothing = (): void => undefined;
  const listener: XmlListener = {
    ...{ doctype: nothing, instruction: nothing, text: nothing, close: nothing, expanded: nothing },
    open(element) {
      hear(element);
      return false;
    },
  };
  const parser = createXmlParser(listener, false);
  let characters: TextStream | undefined;
  return (chunk) => {
    characters ??= openTextStream(encodingOfMark(chunk) ?? 'utf-8');
    parser.hear(characters?.decode(chunk, false) ?? '');
  };
}
