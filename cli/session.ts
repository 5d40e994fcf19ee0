import { clientCredentialsToken, givenToken } from './api/access-token.js';
import { createGraphQLClient, type GraphQLClient } from './api/graphql-client.js';
import { createLive, type Live } from './api/live.js';
import type { Options } from './options.js';

/** The connections of one run of the command. */
export interface Session {
  readonly graphql: GraphQLClient;
  readonly live: Live;
}

/** Opens a session; nothing is sent yet. */
export function createSession({ url, client, secret, token: given, live }: Options): Session {
  const token =
    given === undefined
      ? clientCredentialsToken({ tokenUrl: `${url}/oauth/token`, client, secret })
      : givenToken(given);
  const graphqlUrl = `${url}/graphql`;
  return {
    graphql: createGraphQLClient(graphqlUrl, token),
    live: createLive({ url: graphqlUrl, token, transport: live }),
  };
}
