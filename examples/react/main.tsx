import { ApolloProvider } from '@apollo/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { developmentToken } from '../token.js';
import { createApollo } from './apollo.js';
import { RECENT_FILES, RecentFiles } from './recent-files.js';
import { Uploader } from './uploader.js';

const url = new URLSearchParams(location.search).get('service') ?? 'http://127.0.0.1:4000';
const apollo = createApollo(url, developmentToken(url, 'acme-uploader'));
const refresh = (): void => void apollo.refetchQueries({ include: [RECENT_FILES] });

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ApolloProvider client={apollo}>
        <h1>Upload</h1>
        <p>Nothing can be downloaded before it is proven clean.</p>
        <Uploader onEnded={refresh} />
        <RecentFiles />
      </ApolloProvider>
    </StrictMode>,
  );
}
