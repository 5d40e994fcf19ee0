/** A token is fetched anew this long before it ends. */
const MARGIN_MS = 60_000;

/**
 * Asks the development issuer for tokens. In production the page has a token from your identity provider
 * instead, and no secret.
 */
export function developmentToken(url: string, clientId: string): () => Promise<string> {
  let held: Promise<{ token: string; endsAt: number }> | undefined;
  const hold = (): NonNullable<typeof held> => {
    const fetching = fetchToken(url, clientId);
    // What failed is not kept.
    fetching.catch(() => (held = undefined));
    return (held = fetching);
  };
  return async () => {
    const known = await (held ?? hold());
    return known.endsAt > Date.now() ? known.token : (await hold()).token;
  };
}

async function fetchToken(url: string, clientId: string): Promise<{ token: string; endsAt: number }> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientId}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  if (!response.ok) throw new Error(`The issuer answered ${response.status.toString()}.`);
  const answer = (await response.json()) as { access_token: string; expires_in: number };
  return { token: answer.access_token, endsAt: Date.now() + answer.expires_in * 1000 - MARGIN_MS };
}
