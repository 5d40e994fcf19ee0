/**
 * Code points that change how text is read without being seen: controls (C0, C1), line and paragraph separators, bidi
 * controls, zero-width and all other default-ignorable characters, interlinear and replacing ones, non-characters. Only
 * the one that asks for an emoji in colour is as ordinary as those.
 *
 * @see https://www.unicode.org/reports/tr36/
 */
const INVISIBLE =
  /[\p{Cc}\u2028\u2029\ufff9-\ufffd\p{Noncharacter_Code_Point}[\p{Default_Ignorable_Code_Point}--\ufe0f]]/v;

/** Whether text holds a character that nobody can see but that changes how it is read. */
export const hasInvisible = (text: string): boolean => INVISIBLE.test(text);

/** Whether text holds half of a surrogate pair, which no UTF-8 can carry. */
export const hasLoneSurrogate = (text: string): boolean => !text.isWellFormed();
