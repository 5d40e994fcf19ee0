/** The identities of the development profile; each has its id as its secret. */
export const IDENTITIES = [
  'acme-admin',
  'acme-uploader',
  'acme-viewer',
  'acme-analyst',
  'acme-analyst-2',
  'globex-admin',
  'globex-uploader',
  'globex-viewer',
  'globex-analyst',
  'globex-analyst-2',
] as const;

/** One of the development identities. */
export type Identity = (typeof IDENTITIES)[number];

const TOKEN_URL = '/oauth/token';
/** A token is fetched anew this long before it ends. */
const MARGIN_MS = 60_000;

interface Held {
  readonly token: string;
  readonly endsAt: number;
}

const held = new Map<Identity, Held>();

/** An access token of an identity, fetched when there is none that is still good. */
export async function tokenOf(identity: Identity): Promise<string> {
  const known = held.get(identity);
  if (known && known.endsAt > Date.now()) return known.token;
  const response = await fetch(TOKEN_URL, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${identity}:${identity}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  if (!response.ok) throw new Error(`The issuer answered ${response.status.toString()} for ${identity}.`);
  const { access_token: token, expires_in: seconds } = (await response.json()) as {
    access_token: string;
    expires_in: number;
  };
  held.set(identity, { token, endsAt: Date.now() + seconds * 1000 - MARGIN_MS });
  return token;
}
