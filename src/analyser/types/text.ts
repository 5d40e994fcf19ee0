import type { ContentType } from './content-type.js';
import { encodingOfMark, openTextStream } from './encoding.js';

/** Characters that no text contains: all controls but tab, line ends, form feed and escape. */

const BINARY = /[\0-\x06\x0e-\x1a\x1c-\x1f]/;
const XML = /^\s*(?:<\?xml\b|<!DOCTYPE\s+(?!html\b)[\w:.-]+|<!--)/i;
const HTML =
  /^\s*(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|meta|title|style|form)\b/i;
const SVG = /^(?:[^<]|<(?!svg\b|[\w-]+:svg\b)(?:\?|!))*<(?:[\w-]+:)?svg\b/i;
const ROOT = /<(?![?!])([\w:.-]+)/;
/** Two fields, with the lines that go on with them. Each line is passed over in one way: in two, many lines take for ever. */
const MAIL = /^(?:From \S+ [^\n]*\n)?(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){2}/;
const MAIL_FIELD = /^(?:Received|Return-Path|Message-ID|MIME-Version):/im;

/** The characters of a head, whatever their encoding; `undefined` when it is no text. */
function decodeText(head: Buffer): string | undefined {
  const marked = encodingOfMark(head);
  if (marked !== undefined && marked !== 'utf-8') return openTextStream(marked)?.decode(head, false);
  const text = new TextDecoder('utf-8').decode(head);
  return BINARY.test(text) ? undefined : text;
}

/** What kind of text it is; `undefined` when it is none. */
export function findText(head: Buffer): ContentType | undefined {
  const text = decodeText(head);
  if (text === undefined || text === '') return undefined;
  if (XML_LIKE.test(text) && SVG.test(text)) return { family: 'markup', mediaType: 'image/svg+xml' };
  if (HTML.test(text)) return { family: 'markup', mediaType: 'text/html' };
  if (XML.test(text)) return { family: 'markup', mediaType: mediaTypeOfRoot(ROOT.exec(text)?.[1] ?? '') };
  // A document may begin behind more blanks than were looked at.
  if (/^[\s\ufeff]*$/.test(text)) return { family: 'markup', mediaType: 'application/xml' };
  if (text.startsWith('#!')) return { family: 'text', mediaType: 'text/x-script' };
  if (/^\s*<\?(?:php|=)/.test(text)) return { family: 'text', mediaType: 'application/x-httpd-php' };
  if (MAIL.test(text) && MAIL_FIELD.test(text)) return { family: 'text', mediaType: 'message/rfc822' };
  return { family: 'text', mediaType: 'text/plain' };
}

const XML_LIKE = /^[\s\ufeff]*</;

function mediaTypeOfRoot(root: string): string {
  const name = root.toLowerCase().replace(/^.*:/, '');
  if (name === 'svg') return 'image/svg+xml';
  return name === 'html' ? 'text/html' : 'application/xml';
}
