import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import './workers.js';
import 'graphiql/style.css';
import { createClient } from 'graphql-ws';
import { StrictMode, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { IDENTITIES, tokenOf, type Identity } from './identity.js';
import './page.css';
import { TABS } from './tabs.js';

const HTTP_URL = '/graphql';
const WS_URL = `${location.origin.replace(/^http/, 'ws')}/graphql`;
const REMEMBERED = 'lazaret:identity';

/** Sends operations as an identity: queries and mutations over HTTP, subscriptions over WebSocket. */
function fetcherOf(identity: Identity): Fetcher {
  const authorization = async (): Promise<string> => `Bearer ${await tokenOf(identity)}`;
  return createGraphiQLFetcher({
    url: HTTP_URL,
    enableIncrementalDelivery: false,
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      if (!headers.has('authorization')) headers.set('authorization', await authorization());
      return fetch(input, { ...init, headers });
    },
    wsClient: createClient({
      url: WS_URL,
      lazy: true,
      retryAttempts: 3,
      connectionParams: async () => ({ authorization: await authorization() }),
    }),
  });
}

function Playground() {
  const [identity, setIdentity] = useState<Identity>(remembered());
  const fetcher = useMemo(() => fetcherOf(identity), [identity]);
  const choose = (next: string): void => {
    localStorage.setItem(REMEMBERED, next);
    setIdentity(next as Identity);
  };
  return (
    <>
      <header className="lazaret-bar">
        <strong>Lazaret</strong>
        <label>
          Identity{' '}
          <select value={identity} onChange={(event) => choose(event.target.value)}>
            {IDENTITIES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <span>development only: everybody knows these identities</span>
      </header>
      <main className="lazaret-editor">
        <GraphiQL key={identity} fetcher={fetcher} defaultTabs={[...TABS]} />
      </main>
    </>
  );
}

const remembered = (): Identity => {
  const name = localStorage.getItem(REMEMBERED);
  return IDENTITIES.find((identity) => identity === name) ?? 'acme-admin';
};

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Playground />
    </StrictMode>,
  );
}
