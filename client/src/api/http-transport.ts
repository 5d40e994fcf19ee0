import type { GetToken } from './access-token.js';
import { graphqlRequest } from './graphql-request.js';
import { createLive, type LiveTransport } from './live.js';
import type { Transport } from './transport.js';

/** Where the service is and who calls it. */
export interface HttpTransportOptions {
  /** Of the service, e.g. `https://files.example`, without a path. */
  readonly url: string;
  readonly getToken: GetToken;
  /** How subscriptions travel. @default 'auto' */
  readonly live?: LiveTransport;
}

/** GraphQL over HTTP, with subscriptions over WebSocket or, where none comes through, server-sent events. */
export function createHttpTransport({ url, getToken, live = 'auto' }: HttpTransportOptions): Transport {
  const graphqlUrl = `${url.replace(/\/+$/, '')}/graphql`;
  const subscriptions = createLive({ url: graphqlUrl, getToken, transport: live });
  return {
    request: (operation, variables, signal) =>
      graphqlRequest({ url: graphqlUrl, getToken }, operation, variables, signal),
    ...subscriptions,
  };
}
