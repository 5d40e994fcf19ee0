import { report, type Context, type Place } from '../context.js';
import type { DataUrls } from '../markup/data-urls.js';
import type { XmlElement } from '../markup/xml-parser.js';
import { attributeOf, checkOpenDocument, checkPart, checkRelationKind } from './office-parts.js';
import { DDE, FORMULA, isLoadedRelation, MOST_FIELD_CHARACTERS } from './office-rules.js';

/** Judges an office document that is one piece of XML, while it is read. */
export interface FlatOfficeWatch {
  /** An element begins. Whether its text is wanted. */
  open(element: XmlElement): boolean;
  text(text: string): void;
  close(local: string): void;
}

const ROOTS: readonly (readonly [uri: RegExp, local: string])[] = [
  [/^http:\/\/schemas\.microsoft\.com\/office\/word\/2003\/(?:2\/)?wordml$/, 'wordDocument'],
  [/^http:\/\/schemas\.microsoft\.com\/office\/2006\/xmlPackage$/, 'package'],
  [/^urn:oasis:names:tc:opendocument:xmlns:office:/, 'document'],
  [/^urn:schemas-microsoft-com:office:spreadsheet$/, 'Workbook'],
];
const OPEN_OFFICE = 'http://openoffice.org/';
const BINARY: ReadonlySet<string> = new Set(['binaryData', 'binary-data', 'binData']);

/** Whether an element is the first one of such a document. */
export const isFlatOffice = ({ uri, local }: XmlElement): boolean =>
  ROOTS.some(([pattern, root]) => root === local && pattern.test(uri));

/** Begins in front of the first element. @see Word 2003 XML, Flat OPC, ODF 1.3, part 3, 3.1.2 */
export function createFlatOffice(place: Place, context: Context, data: DataUrls): FlatOfficeWatch {
  let wanted: 'field' | 'binary' | undefined;
  let [field, binary] = ['', ''];
  return {
    open(element) {
      check(element, place, context);
      field += attributeOf(element, 'instr');
      if (BINARY.has(element.local)) wanted = 'binary';
      else wanted = element.local === 'instrText' ? 'field' : undefined;
      return wanted !== undefined;
    },
    text(text) {
      if (wanted === 'binary') binary += text;
      else if (wanted === 'field') field = (field + text).slice(-MOST_FIELD_CHARACTERS);
    },
    close(local) {
      wanted = undefined;
      if (BINARY.has(local)) data.hear(`data:;base64,${binary}`);
      binary = '';
      if (DDE.test(field)) report(context, place, 'OFFICE_DDE', field.trim());
      if (local === 'p') field = '';
    },
  };
}

function check(element: XmlElement, place: Place, context: Context): void {
  const { local } = element;
  if (local === 'part') {
    checkPart(attributeOf(element, 'contentType'), attributeOf(element, 'name'), place, context);
  }
  if (local === 'Relationship') checkRelation(element, place, context);
  checkOpenDocument(element, place, context);
  checkOldWord(element, place, context);
  if (local === 'event-listener') report(context, place, 'OFFICE_MACRO', 'An event calls a script.');
  else if (local === 'module' && element.uri.startsWith(OPEN_OFFICE)) {
    report(context, place, 'OFFICE_MACRO', attributeOf(element, 'name'));
  } else if (FORMULA.test(attributeOf(element, 'Formula'))) report(context, place, 'OFFICE_DDE');
}

function checkRelation(element: XmlElement, place: Place, context: Context): void {
  const [type, target] = [attributeOf(element, 'Type'), attributeOf(element, 'Target')];
  checkRelationKind(element, place, context);
  if (isLoadedRelation(attributeOf(element, 'TargetMode'), type)) {
    report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', `${type.split('/').at(-1) ?? ''}: ${target}`);
  }
}

/** What Word of 2003 keeps in packings of its own: macros, and objects. */
function checkOldWord(element: XmlElement, place: Place, context: Context): void {
  const says = (name: string): boolean => attributeOf(element, name) === 'yes';
  if (element.local === 'docSuppData' || says('macrosPresent')) report(context, place, 'OFFICE_MACRO');
  if (says('ocxPresent')) report(context, place, 'OFFICE_ACTIVEX');
  if (element.local === 'docOleData') {
    report(context, place, 'DOCUMENT_UNREADABLE', 'Its objects are packed as nobody else does.');
  }
}
