import { fault, type Outcome } from './errors.js';
import { ok } from './result.js';
import { hasInvisible, hasLoneSurrogate } from './text.js';

/** Longest name after normalisation, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/**
 * Device names that Windows reserves, with or without an extension; it ignores spaces before the dot. The digits may
 * also be superscript ones.
 */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(?:\..*)?$/iu;

/** Forms of a slash or back-slash that other systems turn into the plain one. */
const PATH_LOOKALIKE = /[\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/u;

/** A percent sign as it is after being encoded any number of times. */
const PERCENT = '%(?:25)*';
/** Slash, back-slash, and controls, encoded; the same in more bytes than needed, and in UTF-16 as some servers take it. */
const ENCODED = [
  `${PERCENT}(?:2f|5c|[01][0-9a-f]|7f)`,
  `${PERCENT}c0${PERCENT}(?:af|ae|80)|${PERCENT}c1${PERCENT}9c`,
  `${PERCENT}e0${PERCENT}80${PERCENT}(?:af|ae|80)|${PERCENT}e0${PERCENT}81${PERCENT}9c`,
  `${PERCENT}f0${PERCENT}80${PERCENT}80${PERCENT}(?:af|ae|80)|${PERCENT}f0${PERCENT}80${PERCENT}81${PERCENT}9c`,
  `${PERCENT}u(?:00(?:2f|5c|[01][0-9a-f])|2044|221[56]|ff0f|ff3c)`,
];
/** Two dots one after the other of which at least one is encoded. */
const ENCODED_DOTS = `\\.${PERCENT}2e|${PERCENT}2e(?:\\.|${PERCENT}2e)`;
const ENCODED_PATH = new RegExp([...ENCODED, ENCODED_DOTS].join('|'), 'iu');

const rules: readonly { readonly broken: (name: string) => boolean; readonly message: string }[] = [
  { broken: (name) => name === '', message: 'A name must not be empty.' },
  { broken: (name) => hasInvisible(name), message: 'A name must not hold control or invisible characters.' },
  { broken: (name) => /[/\\]/u.test(name), message: 'A name must not hold a path: no "/" and no "\\".' },
  { broken: (name) => PATH_LOOKALIKE.test(name), message: 'A name must not hold a form of "/" or "\\".' },
  { broken: (name) => /^[a-z]:/iu.test(name), message: 'A name must not begin with a drive.' },
  { broken: (name) => ENCODED_PATH.test(name), message: 'A name must not hold an encoded path.' },
  {
    broken: (name) => /^\.+$/u.test(name.normalize('NFKC')),
    message: 'A name must not be made of dots alone.',
  },
  { broken: (name) => name.endsWith('.'), message: 'A name must not end with a dot.' },
  { broken: (name) => RESERVED.test(name), message: 'A name must not be one that Windows reserves.' },
  {
    broken: (name) => Buffer.byteLength(name) > MAX_NAME_BYTES,
    message: `A name must not be longer than ${String(MAX_NAME_BYTES)} bytes.`,
  },
];

/**
 * Makes a file name canonical (NFC, no white space around it) or says which rule it breaks. Idempotent: a
 * name that was normalised stays as it is. A name is a label only; no part of it ever becomes a path.
 *
 * @param raw - as the client sent it
 * @returns the name to store and show; INVALID_NAME with one sentence otherwise
 */
export function normaliseName(raw: string): Outcome<string> {
  if (hasLoneSurrogate(raw)) return invalid('A name must be well-formed Unicode.');
  const name = raw.normalize('NFC').trim();
  const broken = rules.find((rule) => rule.broken(name));
  return broken ? invalid(broken.message) : ok(name);
}

const invalid = (message: string): ReturnType<typeof fault> =>
  fault('INVALID_NAME', { message, field: 'name' });
