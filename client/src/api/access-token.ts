/** Why a token is asked for. */
export interface TokenRequest {
  /** Whether the last token was refused, so that it must not be given out again. */
  readonly isRefused: boolean;
}

/** Gives an access token, without `Bearer`; called for each request, so it should remember. */
export type GetToken = (request: TokenRequest) => string | Promise<string>;
