import type { IncomingHttpHeaders } from 'node:http';

/**
 * Decides whether a page may connect. A browser always says which origin its page has; whoever says none is no browser and
 * brings a token instead.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-10.2
 */
export function mayConnect(
  { origin, host }: IncomingHttpHeaders,
  allowedOrigins: readonly string[],
): boolean {
  return origin === undefined || allowedOrigins.includes(origin) || hostOf(origin) === host;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
