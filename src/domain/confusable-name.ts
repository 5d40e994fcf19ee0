import type { Finding } from './verdict.js';

/**
 * Scripts that are told apart. Letters of scripts that are not in the list count as one more script; common
 * characters (digits, punctuation) and marks that go with any letter belong to all.
 */
const SCRIPTS = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Coptic', 'Cherokee', 'Lisu'],
  ...['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'],
  ...['Devanagari', 'Bengali', 'Gujarati', 'Gurmukhi', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala'],
  ...['Ethiopic', 'Mongolian', 'Canadian_Aboriginal', 'Tifinagh', 'Deseret', 'Gothic', 'Vai'],
].map((script) => ({ script, letter: new RegExp(`\\p{Script_Extensions=${script}}`, 'u') }));

/** Scripts that are written together, and Latin with them: Japanese, Chinese with its phonetic signs, Korean. */
const WRITTEN_TOGETHER = [
  new Set(['Latin', 'Han', 'Hiragana', 'Katakana']),
  new Set(['Latin', 'Han', 'Bopomofo']),
  new Set(['Latin', 'Han', 'Hangul']),
];

const WORD = /[\p{L}\p{M}]+/gu;
const NO_SCRIPT = /[\p{Script=Common}\p{Script=Inherited}]/u;

/** Cyrillic and Greek letters that look like Latin ones. */
const LATIN_LOOKALIKES = /^[авезікмнорстухїјѕһԁԛԝαεικνορτυχϲ]+$/iu;

/**
 * What in a name may be read as something that it is not. Reported and never refused: the same letters are right in
 * some language. Two rules, which find what is used to deceive and no whole word of another script:
 * a word whose letters are of scripts that are not written together, and an extension that looks like a Latin one.
 *
 * @returns findings with the code `CONFUSABLE_NAME`; none for most names
 * @see https://www.unicode.org/reports/tr39/ sections 4 (confusables) and 5.2 (restriction levels)
 */
export function findConfusables(name: string): readonly Finding[] {
  const words = [...(name.match(WORD) ?? [])].filter(isMixed);
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const details = [
    ...words.map((word) => `"${word}" mixes ${scriptsOf(word).join(' and ')}.`),
    ...(name.includes('.') && looksLatin(extension) ? [`The extension "${extension}" is not Latin.`] : []),
  ];
  return details.map((detail) => ({ code: 'CONFUSABLE_NAME', detail, path: null }));
}

/** Whether no one script, and no scripts that are written together, have all the letters of a word. */
function isMixed(word: string): boolean {
  const choices = lettersOf(word).map(scriptsOfCharacter);
  const mayBe = (allowed: (script: string) => boolean): boolean =>
    choices.every((scripts) => scripts.some(allowed));
  const isOfOne = choices[0]?.some((script) => mayBe((other) => other === script)) ?? true;
  return !isOfOne && !WRITTEN_TOGETHER.some((scripts) => mayBe((script) => scripts.has(script)));
}

/** A character may be of several scripts; one of none in the list is of one that is called other. */
function scriptsOfCharacter(character: string): readonly string[] {
  const scripts = SCRIPTS.filter(({ letter }) => letter.test(character)).map(({ script }) => script);
  return scripts.length > 0 ? scripts : ['another script'];
}

const scriptsOf = (word: string): string[] => [
  ...new Set(lettersOf(word).flatMap((letter) => scriptsOfCharacter(letter).slice(0, 1))),
];

/** Code points that are of some script; marks that go with any letter are of none. */
const lettersOf = (word: string): string[] =>
  Array.from(word).filter((character) => !NO_SCRIPT.test(character));

/** Full-width and other letters that are only a form of Latin ones count as well. */
const looksLatin = (extension: string): boolean =>
  LATIN_LOOKALIKES.test(extension) ||
  (/^[\p{Script=Latin}\p{N}]+$/u.test(extension) &&
    extension.normalize('NFKC') !== extension &&
    /^[\x21-\x7e]+$/.test(extension.normalize('NFKC')));
