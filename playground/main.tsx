import { GraphiQL } from 'graphiql';
import './workers.js';
import 'graphiql/style.css';
import { StrictMode, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createFetcher, LINES, type Line } from './fetcher.js';
import { IDENTITIES, type Identity } from './identity.js';
import './page.css';
import { TABS } from './tabs.js';

const REMEMBERED = 'lazaret:identity';

function Playground() {
  const [identity, setIdentity] = useState<Identity>(remembered());
  const [line, setLine] = useState<Line>('WebSocket');
  const fetcher = useMemo(() => createFetcher(identity, line), [identity, line]);
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
        <label>
          Subscriptions over{' '}
          <select value={line} onChange={(event) => setLine(event.target.value as Line)}>
            {LINES.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <span>development only: signs in by itself. A token of your own goes among the Headers.</span>
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
