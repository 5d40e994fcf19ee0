import { decodeProtectedHeader, type ProtectedHeaderParameters } from 'jose';

/** Longest token that is looked at; an honest one has about a thousand characters. */
const MAX_TOKEN_CHARS = 8_192;
const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/i;

/**
 * Parameters by which a token brings its own key, names where to fetch one, or demands an extension. No
 * honest token of ours has any, so they are refused before anything is verified or fetched.
 */
const FORBIDDEN_PARAMETERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'] as const;

/**
 * Takes the token out of an `Authorization` header; `undefined` when there is none that could be good.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > MAX_TOKEN_CHARS) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  return token !== undefined && hasHarmlessHeader(token) ? token : undefined;
}

function hasHarmlessHeader(token: string): boolean {
  const header = headerOf(token);
  return header !== undefined && !FORBIDDEN_PARAMETERS.some((parameter) => Object.hasOwn(header, parameter));
}

function headerOf(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}
