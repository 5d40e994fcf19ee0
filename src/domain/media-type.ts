import { fault, type Outcome } from './errors.js';
import { ok } from './result.js';

/** `type/subtype` with optional parameters. @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1 */
const MEDIA_TYPE =
  /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}(?:\s*;\s*[a-z0-9!#$&^_.+-]+=(?:[a-z0-9!#$&^_.+-]+|"[^"\\\r\n]*"))*$/i;
const MAX_MEDIA_TYPE_CHARACTERS = 255;

/** Checks a declared media type. */
export function checkMediaType(text: string): Outcome<string> {
  const isValid = text.length <= MAX_MEDIA_TYPE_CHARACTERS && MEDIA_TYPE.test(text);
  return isValid
    ? ok(text)
    : fault('BAD_USER_INPUT', { message: 'A content type looks like "image/png".', field: 'contentType' });
}
