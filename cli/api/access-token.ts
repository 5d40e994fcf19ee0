import { ApiError, errorOfConnection, errorOfResponse } from './api-error.js';

/** Gives the access token of the next request. */
export interface AccessToken {
  /** A token that is valid for a while yet; fetched only when it must be. */
  get(): Promise<string>;
  /** Forgets the token, because it was refused. Whether another one can be had. */
  renew(): boolean;
}

/** Who asks for tokens, and where. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly client: string;
  readonly secret: string;
}

/** A token is replaced when it would end within this time. */
const MARGIN_MS = 60_000;

/** A token that the user gave. */
export const givenToken = (token: string): AccessToken => ({
  get: () => Promise.resolve(token),
  renew: () => false,
});

/**
 * Tokens by the client credentials grant, renewed before they end.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export function clientCredentialsToken(credentials: ClientCredentials): AccessToken {
  let current: Promise<IssuedToken> | undefined;
  const isFresh = async (token: Promise<IssuedToken>): Promise<boolean> =>
    (await token).endsAtMs - Date.now() > MARGIN_MS;

  return {
    get: async () => {
      if (current !== undefined && !(await isFresh(current))) current = undefined;
      current ??= fetchToken(credentials).catch((error: unknown) => {
        current = undefined;
        throw error;
      });
      return (await current).value;
    },
    renew: () => {
      current = undefined;
      return true;
    },
  };
}

interface IssuedToken {
  readonly value: string;
  readonly endsAtMs: number;
}

async function fetchToken({ tokenUrl, client, secret }: ClientCredentials): Promise<IssuedToken> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
    headers: { authorization: `Basic ${basic(client, secret)}`, accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  }).catch((error: unknown) => {
    throw errorOfConnection(error, tokenUrl);
  });
  if (!response.ok) throw await refusal(response, client);
  const body = (await response.json()) as { access_token: string; expires_in?: number };
  return { value: body.access_token, endsAtMs: Date.now() + (body.expires_in ?? 300) * 1000 };
}

// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
const basic = (client: string, secret: string): string =>
  Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString('base64');

async function refusal(response: Response, client: string): Promise<ApiError> {
  const error = await errorOfResponse(response);
  if (response.status !== 400 && response.status !== 401) return error;
  return new ApiError(`The issuer does not know the client "${client}" or its secret (${error.message}).`, {
    ...error.detail,
    code: 'UNAUTHENTICATED',
    retryable: false,
  });
}
