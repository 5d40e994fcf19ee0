import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { isSubscriptionOperation } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import type { GetToken } from '../../client/src/browser.js';

/** An Apollo Client as any page has one: operations over HTTP, subscriptions over WebSocket. */
export function createApollo(url: string, getToken: GetToken): ApolloClient {
  const authorization = async (): Promise<string> => `Bearer ${await getToken({ isRefused: false })}`;
  const authenticate = new SetContextLink(async ({ headers }) => ({
    headers: { ...(headers as object), authorization: await authorization() },
  }));
  const socket = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: await authorization() }),
    retryAttempts: 0,
  });
  return new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ query }) => isSubscriptionOperation(query),
      new GraphQLWsLink(socket),
      authenticate.concat(new HttpLink({ uri: `${url}/graphql` })),
    ),
  });
}
