import type { GetToken } from '../client/src/browser.js';

/** A token is replaced when it would end within this time, in milliseconds. */
const MARGIN_MS = 60_000;

/**
 * Tokens for a page on a developer's machine, where every client has its id as its secret. A real page gets
 * its token from the session of its user.
 */
export function developmentToken(serviceUrl: string, clientId: string): GetToken {
  let current: { readonly value: string; readonly endsAtMs: number } | undefined;
  return async ({ isRefused }) => {
    if (current && !isRefused && current.endsAtMs - Date.now() > MARGIN_MS) return current.value;
    const response = await fetch(`${serviceUrl}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientId}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: value, expires_in: seconds } = (await response.json()) as {
      access_token: string;
      expires_in: number;
    };
    current = { value, endsAtMs: Date.now() + seconds * 1000 };
    return value;
  };
}
