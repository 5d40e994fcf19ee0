import { report, type Context, type Place } from '../context.js';
import { createFlatOffice, isFlatOffice, type FlatOfficeWatch } from '../documents/flat-office.js';
import type { DataUrls } from './data-urls.js';
import { checkStyle } from './styles.js';
import { checkVectorElement, HTML_URI, SVG_URI } from './vector-rules.js';
import { createXmlParser, type XmlElement, type XmlListener } from './xml-parser.js';
import { checkDoctype, checkExpansion, checkInstruction } from './xml-rules.js';
import { isElsewhere } from './places.js';

/** What a document is, by its first element. */
export type XmlKind = 'svg' | 'html' | 'other';

/** Judges a document while it is read. */
export interface XmlWatch extends XmlListener {
  /** `undefined` as long as no element was heard. */
  kind(): XmlKind | undefined;
  /** Whether every element counts: it declares entities, so that nothing in it is what it looks like, or may act. */
  isOfElements(): boolean;
}

interface State {
  readonly place: Place;
  readonly context: Context;
  readonly data: DataUrls;
  kind: XmlKind | undefined;
  hasEntities: boolean;
  /** Where it is an office document in one piece. */
  office: FlatOfficeWatch | undefined;
  expanded: number;
  /** Names of the elements that are open. */
  readonly open: string[];
  /** How many of them are pages within a drawing. */
  foreign: number;
  style: string;
}

const INCLUSION = 'http://www.w3.org/2001/XInclude';

/** Begins with a document that nothing was heard of, or with a piece of a drawing. */
export function createXmlWatch(place: Place, context: Context, data: DataUrls, kind?: XmlKind): XmlWatch {
  const state: State = {
    ...{ place, context, data, kind, hasEntities: false, office: undefined, expanded: 0 },
    ...{ open: [], foreign: 0, style: '' },
  };
  return {
    kind: () => state.kind,
    isOfElements: () => state.hasEntities || state.office !== undefined,
    doctype(doctype, expansion) {
      state.hasEntities = doctype.entities.length > 0;
      checkDoctype(doctype, expansion, place, context);
      for (const { name, value } of doctype.entities) {
        if (value?.includes('<') === true || value?.includes('&') === true) {
          context.budget.time();
          hearEntity(state, expansion.beginningOf(name));
        }
      }
    },
    instruction: (target, body) => checkInstruction(target, body, place, context),
    open: (element) => open(state, element),
    text(text) {
      if (state.office) state.office.text(text);
      else if (state.open.at(-1) === 'style') state.style += text;
    },
    close: () => close(state),
    expanded(characters) {
      state.expanded += characters;
      checkExpansion(state.expanded, place, context);
    },
  };
}

/** An entity may hold elements, which stand wherever it is used. */
function hearEntity({ place, context, data }: State, text: string): void {
  if (!text.includes('<')) return;
  const piece = createXmlParser(createXmlWatch(place, context, data, 'svg'), true);
  piece.hear(text);
  piece.end();
}

function open(state: State, element: XmlElement): boolean {
  if (!state.kind && isFlatOffice(element)) {
    state.office = createFlatOffice(state.place, state.context, state.data);
  }
  state.kind ??= kindOf(element);
  const isDrawing = state.kind === 'svg';
  if (isDrawing) hearDrawing(state, element);
  else hearOther(state, element);
  state.open.push(element.local);
  if (element.local === 'foreignObject') state.foreign += 1;
  const isWanted = state.office?.open(element) === true;
  return isWanted || (isDrawing && element.local === 'style');
}

function close(state: State): void {
  const local = state.open.pop();
  state.office?.close(local ?? '');
  if (local === 'foreignObject') state.foreign -= 1;
  if (local !== 'style' || state.style === '') return;
  const { runs, loadsFrom } = checkStyle(state.style);
  state.style = '';
  if (runs) report(state.context, state.place, 'SVG_ACTIVE', 'style');
  if (loadsFrom !== undefined) report(state.context, state.place, 'SVG_EXTERNAL_REFERENCE', loadsFrom);
}

function kindOf({ local, uri }: XmlElement): XmlKind {
  if (local.toLowerCase() === 'svg' || uri === SVG_URI) return 'svg';
  return local.toLowerCase() === 'html' || uri === HTML_URI ? 'html' : 'other';
}

function hearDrawing({ place, context, data, foreign }: State, element: XmlElement): void {
  const { acts, loadsFrom, carried } = checkVectorElement(element, foreign > 0);
  if (acts !== undefined) report(context, place, 'SVG_ACTIVE', acts);
  if (loadsFrom !== undefined) report(context, place, 'SVG_EXTERNAL_REFERENCE', loadsFrom);
  for (const reference of carried) data.hear(reference);
  hearInclusion(place, context, element);
}

/** Pages and drawings may stand in documents of any kind. */
function hearOther({ place, context }: State, element: XmlElement): void {
  hearInclusion(place, context, element);
  if (element.uri !== HTML_URI && element.uri !== SVG_URI) return;
  const { acts } = checkVectorElement(element, false);
  const isPage = element.uri === HTML_URI && acts === element.local;
  const isScript = /^(?:script|iframe|object|embed|applet|form)$/i.test(element.local);
  if (acts !== undefined && (!isPage || isScript)) report(context, place, 'HTML_ACTIVE', acts);
}

function hearInclusion(place: Place, context: Context, { uri, attributes }: XmlElement): void {
  const source = uri === INCLUSION ? attributes.find(({ local }) => local === 'href')?.value : undefined;
  if (source !== undefined && isElsewhere(source)) {
    report(context, place, 'XML_EXTERNAL_ENTITY', `include: ${source}`);
  }
}
