import { createGraphiQLFetcher, type CreateFetcherOptions, type Fetcher } from '@graphiql/toolkit';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { tokenOf, type Identity } from './identity.js';

/** How subscriptions travel. */
export const LINES = ['WebSocket', 'server-sent events'] as const;

/** One of the ways of subscriptions. */
export type Line = (typeof LINES)[number];

const HTTP_URL = '/graphql';
const WS_URL = `${location.origin.replace(/^http/, 'ws')}/graphql`;
const SSE_URL = '/graphql/stream';
const RETRIES = 3;

type Authorize = () => Promise<string>;
type LiveClient = NonNullable<CreateFetcherOptions['wsClient']>;

/**
 * Sends operations as an identity, or as whoever the editor's own `authorization` header is of, over HTTP; subscriptions
 * over a line of their own.
 */
export const createFetcher =
  (identity: Identity, line: Line): Fetcher =>
  (params, options) => {
    const given = new Headers(options?.headers).get('authorization');
    const authorize: Authorize = async () => given ?? `Bearer ${await tokenOf(identity)}`;
    const fetcher = createGraphiQLFetcher({
      url: HTTP_URL,
      enableIncrementalDelivery: false,
      fetch: async (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set('authorization', await authorize());
        return fetch(input, { ...init, headers });
      },
      wsClient: line === 'WebSocket' ? overWebSocket(authorize) : overSse(authorize),
    });
    return fetcher(params, options);
  };

const overWebSocket = (authorize: Authorize): LiveClient =>
  createWsClient({
    url: WS_URL,
    lazy: true,
    retryAttempts: RETRIES,
    connectionParams: async () => ({ authorization: await authorize() }),
  });

/** Of a client, subscribing is all that is asked, and that is the same for both. */
const overSse = (authorize: Authorize): LiveClient =>
  createSseClient({
    url: SSE_URL,
    retryAttempts: RETRIES,
    headers: async () => ({ authorization: await authorize() }),
  }) as unknown as LiveClient;
