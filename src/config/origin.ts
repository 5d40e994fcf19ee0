/** Of apps that bring their own browser, e.g. `capacitor://localhost`; the standard knows no origin of these. */
const OTHER_SCHEME = /^(?!https?:)[a-z][a-z\d+.-]*:\/\/[^\s/?#@*]+$/u;

/**
 * Whether a browser would name the origin of a page so: scheme and host in lower case, no port that goes without
 * saying, and nothing behind it. Anything else would never be equal to what it sends.
 *
 * @see https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
 */
export const isOrigin = (text: string): boolean =>
  OTHER_SCHEME.test(text) || (!text.includes('*') && URL.parse(text)?.origin === text);
