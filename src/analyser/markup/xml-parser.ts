import { SaxesParser } from 'saxes';
import { LimitError } from '../budget.js';
import { parseDoctype, type Doctype } from './doctype.js';
import { createExpansion, type Expansion } from './expansion.js';

/** An attribute of an element, by its names without prefix. */
export interface XmlAttribute {
  readonly prefix: string;
  readonly local: string;
  readonly value: string;
}

/** An element, as it begins. */
export interface XmlElement {
  readonly local: string;
  /** Its namespace; empty where it has none. */
  readonly uri: string;
  readonly attributes: readonly XmlAttribute[];
}

/** Hears what a document is made of. */
export interface XmlListener {
  doctype(doctype: Doctype, expansion: Expansion): void;
  instruction(target: string, body: string): void;
  /** An element begins. Whether its text is wanted. */
  open(element: XmlElement): boolean;
  text(text: string): void;
  close(): void;
  /** How often an entity was used, and what all of that becomes. */
  expanded(characters: number): void;
}

/** Reads XML chunk by chunk. Broken XML is read on as far as it can be. */
export interface XmlParser {
  hear(text: string): void;
  /** What was wrong first; `undefined` for what is well-formed. */
  end(): string | undefined;
}

/** One tag, comment or text. */
const MOST_PIECE_CHARACTERS = 32 * 1024 * 1024;
/** Each element asks those round it for its namespace. */
const MOST_DEPTH = 1_000;
const MOST_ATTRIBUTES = 10_000;
/** Each makes an error with all that belongs to it, which is dear: pages that are taken for XML have some thousands. */
const MOST_ERRORS = 20_000;

/**
 * Begins with a document, or with a piece of one.
 *
 * A parser that follows the standard is needed: one that forgives ends a comment or an instruction elsewhere
 * than a browser, and so can be made to see nothing. Entities of the document are resolved to their beginning
 * and never expanded.
 */
export function createXmlParser(listener: XmlListener, isFragment: boolean): XmlParser {
  const parser = new SaxesParser({ xmlns: true, position: false, fragment: isFragment });
  let sincePiece = 0;
  let depth = 0;
  const piece = (): void => {
    sincePiece = 0;
  };
  const wrong = listenToErrors(parser);
  parser.on('comment', piece);
  parser.on('processinginstruction', ({ target, body }) => {
    piece();
    listener.instruction(target, body);
  });
  parser.on('doctype', (text) => {
    piece();
    const doctype = parseDoctype(text);
    const expansion = createExpansion(doctype.entities);
    defineEntities(parser, doctype, expansion, listener);
    listener.doctype(doctype, expansion);
  });
  listenToElements(parser, listener, (step) => {
    piece();
    depth += step;
    if (depth > MOST_DEPTH) throw tooMuch('Elements lie too deep in each other.');
  });
  return {
    hear(text) {
      sincePiece += text.length;
      if (sincePiece > MOST_PIECE_CHARACTERS) throw tooMuch('A piece of markup has no end.');
      parser.write(text);
    },
    end() {
      parser.close();
      return wrong();
    },
  };
}

const tooMuch = (detail: string): LimitError => new LimitError('ANALYSIS_LIMIT', detail);

/** @returns what tells of the first one */
function listenToErrors(parser: SaxesParser<{ xmlns: true }>): () => string | undefined {
  let wrong: string | undefined;
  let errors = 0;
  parser.on('error', ({ message }) => {
    wrong ??= message;
    errors += 1;
    if (errors > MOST_ERRORS) throw tooMuch('Too much is wrong with the markup.');
  });
  return () => wrong;
}

function listenToElements(
  parser: SaxesParser<{ xmlns: true }>,
  listener: XmlListener,
  step: (depth: number) => void,
): void {
  let attributes = 0;
  const hearText = (text: string): void => listener.text(text);
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > MOST_ATTRIBUTES) throw tooMuch('An element has too many attributes.');
  });
  parser.on('opentag', (tag) => {
    attributes = 0;
    step(1);
    const wantsText = listener.open({
      local: tag.local,
      uri: tag.uri,
      attributes: Object.values(tag.attributes),
    });
    // Without a listener the parser keeps no text.
    if (wantsText) parser.on('text', hearText);
    else parser.off('text');
  });
  parser.on('closetag', () => {
    step(-1);
    parser.off('text');
    listener.close();
  });
  parser.on('cdata', (text) => {
    step(0);
    listener.text(text);
  });
}

const PREDEFINED: ReadonlySet<string> = new Set(['amp', 'gt', 'lt', 'quot', 'apos']);

/** Each use is counted: a small entity that is used often is a bomb as well. */
function defineEntities(
  parser: SaxesParser<{ xmlns: true }>,
  { entities }: Doctype,
  expansion: Expansion,
  listener: XmlListener,
): void {
  let characters = 0;
  for (const { name, value } of entities) {
    if (name.startsWith('%') || PREDEFINED.has(name)) continue;
    const text = value === null ? '' : expansion.beginningOf(name);
    const size = expansion.sizeOf(name);
    const get = (): string => {
      listener.expanded(size);
      characters += text.length;
      if (characters > MOST_PIECE_CHARACTERS) throw tooMuch('Entities are used too often.');
      return text;
    };
    Object.defineProperty(parser.ENTITIES, name, { configurable: true, get });
  }
}
