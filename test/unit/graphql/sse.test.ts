import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeEvent } from '../../support/fake-use-cases.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer({ caps: { perProcess: 8, perTenant: 4 } });
});
afterAll(() => server.close());

const EVENTS = 'subscription { fileEvents { cursor to } }';

interface Stream {
  readonly response: Response;
  /** The next event that is not a comment; `undefined` at the end. */
  next(): Promise<{ readonly event: string; readonly data: unknown } | undefined>;
  close(): void;
}

async function open(
  query: string,
  token: string | null = 'acme-viewer',
  changes: RequestInit = {},
): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
    signal: abort.signal,
    ...changes,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  const next: Stream['next'] = async () => {
    for (;;) {
      const end = buffer.indexOf('\n\n');
      if (end >= 0) {
        const lines = buffer.slice(0, end).split('\n');
        buffer = buffer.slice(end + 2);
        const event = lines.find((line) => line.startsWith('event: '))?.slice(7);
        const data = lines.find((line) => line.startsWith('data: '))?.slice(6) ?? '';
        if (event !== undefined) return { event, data: data === '' ? null : JSON.parse(data) };
        continue;
      }
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return undefined;
      buffer += chunk.value;
    }
  };
  return {
    response,
    next,
    close: () => {
      abort.abort();
    },
  };
}

const readers = (count: number): Promise<void> =>
  vi.waitFor(() => {
    expect(server.useCases.events.readers).toBe(count);
  });

describe('server-sent events', () => {
  it('carry a subscription, with the headers of the edge, and end it when the client is gone', async () => {
    const stream = await open(EVENTS);
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.response.headers.get('x-content-type-options')).toBe('nosniff');
    await readers(1);
    server.useCases.events.push(makeEvent(1));
    expect(await stream.next()).toMatchObject({
      event: 'next',
      data: { data: { fileEvents: { to: 'PENDING' } } },
    });
    stream.close();
    await readers(0);
  });

  it('carry a query and complete', async () => {
    const stream = await open('{ viewer { subject } }');
    expect(await stream.next()).toMatchObject({
      event: 'next',
      data: { data: { viewer: { subject: 'acme-viewer' } } },
    });
    expect(await stream.next()).toMatchObject({ event: 'complete' });
    expect(await stream.next()).toBeUndefined();
  });

  it.each([['{ viewer {'], ['{ nothing }'], [`{ ${'viewer { subject } '.repeat(30)} }`]])(
    'tell what is wrong with a document as an event: %s',
    async (query) => {
      const stream = await open(query);
      expect(await stream.next()).toMatchObject({
        event: 'next',
        data: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
      });
      expect(await stream.next()).toMatchObject({ event: 'complete' });
    },
  );

  it.each([
    ['no token', null, {}, 401],
    ['a bad token', 'nobody', {}, 401],
    ['a body that is no JSON', 'acme-viewer', { body: '{' }, 400],
    ['a batch', 'acme-viewer', { body: JSON.stringify([{ query: EVENTS }]) }, 400],
    ['a body without a query', 'acme-viewer', { body: '{}' }, 400],
    ['another method', 'acme-viewer', { method: 'PUT' }, 405],
    [
      'a client that wants JSON',
      'acme-viewer',
      {
        headers: {
          accept: 'application/json',
          authorization: 'Bearer acme-viewer',
          'content-type': 'application/json',
        },
      },
      406,
    ],
    [
      'a form',
      'acme-viewer',
      {
        headers: {
          accept: 'text/event-stream',
          authorization: 'Bearer acme-viewer',
          'content-type': 'text/plain',
        },
      },
      415,
    ],
  ] as const)('are refused to %s', async (_name, token, changes, status) => {
    const { response } = await open(EVENTS, token, changes);
    expect(response.status).toBe(status);
    expect(server.useCases.events.readers).toBe(0);
  });

  it('end with their token and say why', async () => {
    const stream = await open(EVENTS, 'acme-viewer:0.4');
    expect(await stream.next()).toMatchObject({
      event: 'next',
      data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
    expect(await stream.next()).toMatchObject({ event: 'complete' });
    await readers(0);
  });

  it('end with the permission', async () => {
    const stream = await open(EVENTS, 'acme-analyst');
    await readers(1);
    server.identities.setPermissions('analyst', []);
    expect(await stream.next()).toMatchObject({
      event: 'next',
      data: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    expect(await stream.next()).toMatchObject({ event: 'complete' });
    await readers(0);
  });

  it('tell nothing of what broke in a source', async () => {
    const stream = await open(EVENTS);
    await readers(1);
    server.useCases.events.fail(new Error('SELECT secret'));
    const event = await stream.next();
    expect(event).toMatchObject({ data: { errors: [{ extensions: { code: 'INTERNAL' } }] } });
    expect(JSON.stringify(event)).not.toContain('SELECT');
  });

  it('are bounded for each tenant, and places are given back', async () => {
    const streams = await Promise.all(Array.from({ length: 4 }, () => open(EVENTS, 'globex-viewer')));
    await readers(4);
    expect((await open(EVENTS, 'globex-viewer')).response.status).toBe(429);
    expect((await open('{ __typename }', 'acme-viewer')).response.status).toBe(200);
    for (const stream of streams) stream.close();
    await readers(0);
    expect((await open('{ __typename }', 'globex-viewer')).response.status).toBe(200);
  });

  it('hold back a source whose reader does not read', async () => {
    const body = JSON.stringify({ query: 'subscription { fileEvents { file { name } } }' });
    const socket = connect(server.port, '127.0.0.1');
    socket.pause();
    socket.write(
      `POST /graphql/stream HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\n` +
        `authorization: Bearer acme-viewer\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
    );
    await readers(1);
    const delivered = server.useCases.events.delivered;
    const name = 'x'.repeat(100_000);
    for (let index = 0; index < 300; index += 1) server.useCases.events.push(makeEvent(index, { name }));
    await vi.waitFor(() => {
      expect(server.useCases.events.delivered - delivered).toBeGreaterThan(0);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    // What the sockets of both sides hold, and the window; not all thirty megabytes.
    expect(server.useCases.events.delivered - delivered).toBeLessThan(150);
    socket.destroy();
    await readers(0);
  });

  it('end when the server stops', async () => {
    const other = await startGraphqlServer();
    const response = await fetch(`${other.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: 'Bearer acme-viewer',
      },
      body: JSON.stringify({ query: EVENTS }),
    });
    const text = response.text();
    await vi.waitFor(() => {
      expect(other.useCases.events.readers).toBe(1);
    });
    await other.close();
    expect(await text).toContain('event: complete');
  });

  it.each([
    ['no query', 'POST', {}, 400],
    ['variables that are no object', 'POST', { query: '{ __typename }', variables: 5 }, 400],
    ['a mutation by GET', 'GET', undefined, 405],
  ])('refuses %s in the form of every other error', async (_what, method, body, status) => {
    const query = encodeURIComponent('mutation { deleteFile(input: { fileId: "x" }) { file { id } } }');
    const response = await fetch(`${server.url}/graphql/stream?query=${query}`, {
      method,
      headers: {
        accept: 'text/event-stream',
        authorization: 'Bearer acme-admin',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(status);
    const extensions = {
      code: 'BAD_USER_INPUT',
      category: 'user',
      correlationId: expect.any(String) as string,
    };
    expect(await response.json()).toMatchObject({ errors: [{ extensions }] });
  });
});
