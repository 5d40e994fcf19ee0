import { report, type Context, type Place } from '../context.js';
import { checkClassName } from '../ole/look-at-object.js';

/** Text of a group that says what is loaded, called or asked. */
export type TextDestination = 'objclass' | 'fldinst' | 'template';

const ELSEWHERE = /^\s*(?:[a-z][a-z\d+.-]{2,}:|\/\/|\\\\)/i;
const ASKS = /\bDDE(?:AUTO)?\b/i;
const LOADS =
  /\b(?:INCLUDE(?:PICTURE|TEXT)?|IMPORT|LINK)\b[^"]{0,200}"?\s*(?:[a-z][a-z\d+.-]{2,}:|\/\/|\\\\\\\\)/i;

/** Judges the text of a group. */
export function checkDestination(kind: TextDestination, text: string, place: Place, context: Context): void {
  const detail = text.trim();
  if (kind === 'objclass') checkClassName(text, place, context);
  else if (kind === 'template' && ELSEWHERE.test(text)) {
    report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', `template: ${detail}`);
  } else if (kind === 'fldinst' && ASKS.test(text)) report(context, place, 'OFFICE_DDE', detail);
  else if (kind === 'fldinst' && LOADS.test(text)) report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', detail);
}

/** Judges a control word by itself. */
export function checkWord(name: string, place: Place, context: Context): void {
  if (name === 'objupdate') report(context, place, 'OFFICE_AUTO_OBJECT', '\\objupdate');
  else if (name === 'objocx') report(context, place, 'OFFICE_ACTIVEX', '\\objocx');
  else if (name === 'objautlink' || name === 'objlink') {
    report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', `link: \\${name}`);
  }
}

/** The character that a control word stands for. */
export function characterOf(name: string, value: number | undefined): string {
  if (value !== undefined && (name === "'" || name === 'u')) return String.fromCharCode(value & 0xffff);
  return name === '\\' || name === '{' || name === '}' ? name : '';
}
