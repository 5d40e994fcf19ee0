import { SaxesParser } from 'saxes';
import { MAX_PARTS } from '../../domain/parts.js';

/** A part as the sender of a completion names it. */
export interface ClaimedPart {
  readonly partNumber: number;
  readonly etag: string;
}

/** What the parser gets at once, so that it is not far ahead of what is judged. */
const PIECE_CHARACTERS = 1_024;
/** Between two tags: one tag with its attributes, comments, white space. */
const MOST_CHARACTERS_BETWEEN_TAGS = 8 * 1_024;
/** Number, ETag and checksums of one part. */
const MOST_FIELDS = 16;
const MOST_FIELD_CHARACTERS = 200;
/** Of all elements together: they say namespaces, which nobody asks for. */
const MOST_ATTRIBUTES = MAX_PARTS;

const ROOT = 'CompleteMultipartUpload';
/** Clients may send checksums beside number and ETag; parts were compared with theirs when they arrived. */
const FIELD = /^(?:PartNumber|ETag|Checksum[A-Z0-9]{1,20})$/;
const PART_NUMBER = /^\d{1,5}$/;

/**
 * The parts that a completion names, or `undefined` when the document is none. Nothing is kept but the parts, and the
 * first thing that no completion has ends the reading: a document is only as dear as it is honest.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function readCompletion(xml: string): readonly ClaimedPart[] | undefined {
  const parts: ClaimedPart[] = [];
  try {
    parse(xml, createListener(parts));
  } catch {
    // The parser throws plain errors, as the listener does, all of them about the text.
    return undefined;
  }
  return parts.length > 0 ? parts : undefined;
}

/** Hears what a document is made of, and throws at what does not belong there. */
interface Listener {
  readonly open: (name: string) => void;
  readonly text: (text: string) => void;
  readonly close: () => void;
}

function parse(xml: string, listener: Listener): void {
  // Without a listener for errors, the parser throws the first one.
  const parser = new SaxesParser({ xmlns: false, position: false });
  let sinceTag = 0;
  let attributes = 0;
  parser.on('doctype', () => refuse('It has a document type.'));
  parser.on('opentagstart', ({ name }) => {
    sinceTag = 0;
    listener.open(name);
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > MOST_ATTRIBUTES) refuse('It has too many attributes.');
  });
  parser.on('closetag', () => {
    sinceTag = 0;
    listener.close();
  });
  parser.on('text', listener.text);
  parser.on('cdata', listener.text);
  for (let at = 0; at < xml.length; at += PIECE_CHARACTERS) {
    sinceTag += PIECE_CHARACTERS;
    if (sinceTag > MOST_CHARACTERS_BETWEEN_TAGS) refuse('A piece of it has no end.');
    parser.write(xml.slice(at, at + PIECE_CHARACTERS));
  }
  parser.close();
}

function createListener(parts: ClaimedPart[]): Listener {
  const path: string[] = [];
  let fields = new Map<string, string>();
  return {
    open(name) {
      if (!belongs(name, path.length)) refuse('It has an element that no completion has.');
      if (path.length === 1) fields = new Map();
      if (path.length === 2) begin(fields, name);
      path.push(name);
    },
    text(text) {
      const field = path[2];
      if (field !== undefined) append(fields, field, text);
      else if (text.trim() !== '') refuse('It has text between its elements.');
    },
    close() {
      path.pop();
      if (path.length !== 1) return;
      if (parts.length === MAX_PARTS) refuse('It names more parts than a file can have.');
      parts.push(toPart(fields));
    },
  };
}

function belongs(name: string, depth: number): boolean {
  if (depth === 0) return name === ROOT;
  if (depth === 1) return name === 'Part';
  return depth === 2 && FIELD.test(name);
}

function begin(fields: Map<string, string>, name: string): void {
  if (fields.has(name) || fields.size === MOST_FIELDS) refuse('A part says too much.');
  fields.set(name, '');
}

function append(fields: Map<string, string>, name: string, text: string): void {
  const whole = `${fields.get(name) ?? ''}${text}`;
  if (whole.length > MOST_FIELD_CHARACTERS) refuse('The text of an element is too long.');
  fields.set(name, whole);
}

function toPart(fields: ReadonlyMap<string, string>): ClaimedPart {
  const partNumber = fields.get('PartNumber')?.trim() ?? '';
  const etag = fields.get('ETag')?.trim() ?? '';
  if (!PART_NUMBER.test(partNumber) || etag === '') refuse('A part has no number or no ETag.');
  return { partNumber: Number(partNumber), etag };
}

function refuse(message: string): never {
  throw new Error(message);
}
