import type { GetToken } from '../api/access-token.js';
import { errorOfAnswer, errorOfConnection } from '../api/error-of-answer.js';
import { UploadError } from '../api/upload-error.js';

/** Who asks for tokens, and where. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A token is replaced when it would end within this time, in milliseconds. */
const MARGIN_MS = 60_000;
/** Life of a token whose issuer does not tell it, in seconds. */
const DEFAULT_LIFE_SECONDS = 300;
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Tokens by the client credentials grant, renewed before they end and when they are refused.
 *
 * @throws UploadError from the function that it answers with
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
 */
export function clientCredentials(credentials: ClientCredentials): GetToken {
  let current: Promise<IssuedToken> | undefined;
  return async ({ isRefused }) => {
    if (isRefused || (current !== undefined && !isFresh(await current))) current = undefined;
    current ??= fetchToken(credentials).catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    return (await current).value;
  };
}

interface IssuedToken {
  readonly value: string;
  readonly endsAtMs: number;
}

const isFresh = ({ endsAtMs }: IssuedToken): boolean => endsAtMs - Date.now() > MARGIN_MS;

async function fetchToken({ tokenUrl, clientId, clientSecret }: ClientCredentials): Promise<IssuedToken> {
  // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
  try {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      headers: { authorization: `Basic ${basic.toString('base64')}`, accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    if (!response.ok) throw await refusal(response, clientId);
    const body = (await response.json()) as { access_token: string; expires_in?: number };
    const lifeSeconds = body.expires_in ?? DEFAULT_LIFE_SECONDS;
    return { value: body.access_token, endsAtMs: Date.now() + lifeSeconds * 1000 };
  } catch (error) {
    throw errorOfConnection(error, tokenUrl);
  }
}

async function refusal(response: Response, clientId: string): Promise<UploadError> {
  const { status, headers } = response;
  const error = errorOfAnswer({ status, header: (name) => headers.get(name), text: await response.text() });
  if (status !== 400 && status !== 401) return error;
  return new UploadError(
    `The issuer does not know the client "${clientId}" or its secret (${error.message}).`,
    {
      code: 'UNAUTHENTICATED',
      category: 'auth',
      retryable: false,
      correlationId: error.correlationId,
    },
  );
}
