import { fault, type Outcome } from './errors.js';
import { ok } from './result.js';
import { hasInvisible, hasLoneSurrogate } from './text.js';

/** Longest name after normalisation, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 255;

/** Device names that Windows reserves, with or without an extension. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?$/iu;

/** Slashes, dots and null bytes, encoded once or more often, also the overlong way. */
const ENCODED_PATH =
  /%(?:25)*(?:2f|5c|00|c0%(?:25)*(?:af|ae|80)|c1%(?:25)*9c)|\.%(?:25)*2e|%(?:25)*2e(?:\.|%(?:25)*2e)/iu;

const rules: readonly { readonly broken: (name: string) => boolean; readonly message: string }[] = [
  { broken: (name) => name === '', message: 'A name must not be empty.' },
  { broken: (name) => hasInvisible(name), message: 'A name must not hold control or invisible characters.' },
  { broken: (name) => /[/\\]/u.test(name), message: 'A name must not hold a path: no "/" and no "\\".' },
  { broken: (name) => /^[a-z]:/iu.test(name), message: 'A name must not begin with a drive.' },
  { broken: (name) => ENCODED_PATH.test(name), message: 'A name must not hold an encoded path.' },
  { broken: (name) => /^\.+$/u.test(name), message: 'A name must not be made of dots alone.' },
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
