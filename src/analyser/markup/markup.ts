import { report, type Context, type Place } from '../context.js';
import { looksForOther } from '../media/hidden.js';
import type { Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { charactersOf, encodingOf } from './characters.js';
import { createDataUrls, type DataUrls } from './data-urls.js';
import { createHtmlWatch } from './html-watch.js';
import { createPlainWatch } from './plain-watch.js';
import { createXmlParser, type XmlParser } from './xml-parser.js';
import { createXmlWatch, type XmlKind, type XmlWatch } from './xml-watch.js';

const NEAR_BYTES = 64 * 1024;
const MEDIA_TYPES: Readonly<Record<XmlKind, string>> = {
  svg: 'image/svg+xml',
  html: 'text/html',
  other: 'application/xml',
};
/** Pages that are written as XML are read as browsers read the one and the other. */
const XML_PAGE = /^[\s\ufeff]*<(?:\?xml|!DOCTYPE\s[^>]*(?:\[|DTD XHTML))/i;

/** Reads a page, a drawing or any other document of XML to its end. */
export async function analyseMarkup(
  reader: Reader,
  place: Place,
  context: Context,
  type: ContentType,
): Promise<ContentType> {
  const head = Buffer.from(await reader.peek(NEAR_BYTES));
  const hidden = looksForOther(head, place, context, type);
  const encoding = await encodingOf(reader);
  const characters = charactersOf(reader, encoding, context, hidden.hear);
  if (!characters) {
    report(context, place, 'DOCUMENT_UNREADABLE', `Nobody knows the encoding ${encoding}.`);
    await reader.tail(1);
    return type;
  }
  const data = createDataUrls(place, context);
  const read = type.mediaType === 'text/html' ? readPage : readXml;
  const found = await read(characters, { place, context, data, type });
  hidden.conclude();
  return found;
}

interface MarkupScene {
  readonly place: Place;
  readonly context: Context;
  readonly data: DataUrls;
  readonly type: ContentType;
}

async function readPage(characters: AsyncIterable<string>, scene: MarkupScene): Promise<ContentType> {
  const { place, context, data, type } = scene;
  const html = createHtmlWatch(place, context, data);
  let xml: XmlParser | undefined;
  let isFirst = true;
  for await (const text of characters) {
    if (isFirst && XML_PAGE.test(text)) xml = createXmlParser(createXmlWatch(place, context, data), false);
    isFirst = false;
    html.hear(text);
    xml?.hear(text);
    await data.look();
  }
  html.end();
  await data.look();
  return type;
}

/**
 * Only drawings, pages and documents that declare entities are read element by element. Others may be large,
 * and in them words alone tell.
 */
async function readXml(characters: AsyncIterable<string>, scene: MarkupScene): Promise<ContentType> {
  const { place, context, data } = scene;
  const watch = createXmlWatch(place, context, data);
  const parser = createXmlParser(watch, false);
  const plain = createPlainWatch(place, context);
  let isPlain = false;
  for await (const text of characters) {
    if (isPlain) plain.hear(text);
    else parser.hear(text);
    isPlain ||= watch.kind() === 'other' && !watch.isOfElements();
    await data.look();
  }
  const wrong = isPlain ? undefined : parser.end();
  await data.look();
  return conclude(watch, wrong, scene);
}

function conclude(watch: XmlWatch, wrong: string | undefined, scene: MarkupScene): ContentType {
  const kind = watch.kind();
  if (kind === undefined) return { family: 'text', mediaType: 'text/plain' };
  // What a browser draws of a broken drawing, another program may see in another way.
  if (kind === 'svg' && wrong !== undefined) {
    report(scene.context, scene.place, 'DOCUMENT_UNREADABLE', `It is no well-formed XML: ${wrong}`);
  }
  return { ...scene.type, mediaType: MEDIA_TYPES[kind] };
}
