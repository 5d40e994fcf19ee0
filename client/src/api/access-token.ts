import { UploadError } from './upload-error.js';

/** Why a token is asked for. */
export interface TokenRequest {
  /** Whether the last token was refused, so that it must not be given out again. */
  readonly isRefused: boolean;
}

/**
 * Gives an access token, without `Bearer`; called for each request, so it should remember. What it throws is taken for a
 * connection that was lost, and it is asked again. An {@link UploadError} that is not `retryable` ends that at once.
 */
export type GetToken = (request: TokenRequest) => string | Promise<string>;

/**
 * Asks for a token.
 *
 * @throws UploadError
 */
export async function askForToken(getToken: GetToken, request: TokenRequest): Promise<string> {
  try {
    return await getToken(request);
  } catch (cause) {
    if (cause instanceof UploadError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const detail = { code: 'CONNECTION', category: 'connection', retryable: true } as const;
    throw new UploadError(`There is no access token: ${reason}`, detail, { cause });
  }
}
