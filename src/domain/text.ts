/**
 * Code points that change how text is read without being seen: controls (C0, C1), line and paragraph
 * separators, bidi controls, zero-width and other default-ignorable characters, tags, non-characters.
 *
 * @see https://www.unicode.org/reports/tr36/
 */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\uffff\u{e0000}-\u{e0fff}\p{Noncharacter_Code_Point}]/u;

/** Whether text holds a character that nobody can see but that changes how it is read. */
export const hasInvisible = (text: string): boolean => INVISIBLE.test(text);

/** Whether text holds half of a surrogate pair, which no UTF-8 can carry. */
export const hasLoneSurrogate = (text: string): boolean => !text.isWellFormed();
