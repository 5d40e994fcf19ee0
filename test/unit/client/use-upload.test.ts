import path from 'node:path';
import { ApolloClient, ApolloLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { createElement, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

/** Typed here, because its own types are those of a page. */
const REACT = path.resolve(import.meta.dirname, '../../../client/src/react.ts');
const { useUpload } = (await import(REACT)) as {
  readonly useUpload: (client?: object) => { readonly phase: string };
};

const Uploader = ({ client }: { readonly client?: object }): ReactNode => useUpload(client).phase;

describe('the hook', () => {
  it('takes the client that it is given, and needs no Apollo Client then', () => {
    expect(renderToString(createElement(Uploader, { client: { upload: () => undefined } }))).toBe('idle');
  });

  it('takes one over the Apollo Client of the page, and says what is missing where there is none', () => {
    const client = new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.empty() });
    const page = createElement(ApolloProvider, { client, children: createElement(Uploader) });
    expect(renderToString(page)).toBe('idle');
    expect(() => renderToString(createElement(Uploader))).toThrow('or an ApolloProvider above it');
    client.stop();
  });
});
