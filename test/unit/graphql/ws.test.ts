import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { makeFile } from '../../support/make-file.js';
import { makeEvent } from '../../support/fake-use-cases.js';
import { openWs, type WsClient } from '../../support/open-ws.js';
import { startGraphqlServer, type GraphqlServer } from '../../support/start-graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer({ caps: { perProcess: 60, perTenant: 20 }, sendTimeoutMs: 1_000 });
});
afterAll(() => server.close());

const EVENTS = 'subscription { fileEvents { cursor to file { id upload { partCount } } } }';
const init = (token: string) => ({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
const subscribe = (id: string, query: string) => ({ id, type: 'subscribe', payload: { query } });

async function connect(token = 'acme-viewer'): Promise<WsClient> {
  const client = await openWs(server.wsUrl);
  client.send(init(token));
  expect(await client.next()).toEqual({ type: 'connection_ack' });
  return client;
}

/** Opens `fileEvents` and waits until its source is open. */
async function watch(client: WsClient, id: string, query = EVENTS): Promise<void> {
  const before = server.useCases.events.readers;
  const calls = server.useCases.calls.length;
  client.send(subscribe(id, query));
  await vi.waitFor(() => {
    expect(server.useCases.calls.slice(calls)).toContain('watchFileEvents');
  });
  // A generator runs from its first next(), which follows in the same turn.
  await vi.waitFor(() => {
    expect(server.useCases.events.readers).toBeGreaterThan(before);
  });
}

describe('a websocket', () => {
  it('carries queries, mutations and subscriptions', async () => {
    const client = await connect('acme-admin');
    client.send(subscribe('q', '{ viewer { subject } }'));
    expect(await client.next()).toMatchObject({
      id: 'q',
      type: 'next',
      payload: { data: { viewer: { subject: 'acme-admin' } } },
    });
    expect(await client.next()).toEqual({ id: 'q', type: 'complete' });
    await watch(client, 's');
    server.useCases.events.push(makeEvent(7));
    expect(await client.next()).toMatchObject({
      id: 's',
      type: 'next',
      payload: {
        data: { fileEvents: { cursor: 'ZTEuNw', to: 'PENDING', file: { upload: { partCount: 1 } } } },
      },
    });
    client.send({ id: 's', type: 'complete' });
    await vi.waitFor(() => {
      expect(server.useCases.events.readers).toBe(0);
    });
    await client.close();
  });

  it('completes with its source', async () => {
    const client = await connect();
    client.send(subscribe('p', `subscription { uploadProgress(fileId: "${makeFile().id}") { stage } }`));
    await vi.waitFor(() => {
      expect(server.useCases.progress.readers).toBe(1);
    });
    const file = makeFile({ state: 'CLEAN' });
    const observedAt = file.createdAt;
    server.useCases.progress.push({
      file,
      stage: 'CLEAN',
      receivedBytes: 1,
      scannedBytes: 1,
      queuePosition: null,
      observedAt,
    });
    server.useCases.progress.end();
    expect(await client.next()).toMatchObject({ payload: { data: { uploadProgress: { stage: 'CLEAN' } } } });
    expect(await client.next()).toEqual({ id: 'p', type: 'complete' });
    await client.close();
  });

  it.each([
    ['a syntax error', '{ viewer {'],
    ['an unknown field', '{ nothing }'],
    ['a limit', `{ ${'viewer { subject } '.repeat(30)} }`],
    ['no operation', 'fragment A on Query { __typename }'],
  ])('keeps its other operations when one has %s', async (_name, query) => {
    const client = await connect();
    await watch(client, 's');
    client.send(subscribe('bad', query));
    expect(await client.next()).toMatchObject({
      id: 'bad',
      type: 'error',
      payload: [{ extensions: { code: 'BAD_USER_INPUT', category: 'user' } }],
    });
    server.useCases.events.push(makeEvent(8));
    expect(await client.next()).toMatchObject({ id: 's', type: 'next' });
    await client.close();
  });

  it('tells nothing of what broke in a source', async () => {
    const client = await connect();
    await watch(client, 's');
    server.useCases.events.fail(new Error('SELECT secret'));
    const message = await client.next();
    expect(message).toMatchObject({
      id: 's',
      type: 'error',
      payload: [{ extensions: { code: 'INTERNAL' } }],
    });
    expect(JSON.stringify(message)).not.toContain('SELECT');
    await client.close();
  });

  it.each([
    ['a bad token', init('nobody'), 4403],
    ['no token', { type: 'connection_init' }, 4403],
    ['an operation first', subscribe('s', EVENTS), 4401],
    ['a message that is none', 'nonsense', 4400],
    ['a message that is too large', { type: 'ping', payload: { x: 'y'.repeat(300_000) } }, 1009],
  ])('is closed by the protocol’s code: %s', async (_name, message, code) => {
    const client = await openWs(server.wsUrl);
    client.send(message);
    expect(await client.closed).toMatchObject({ code });
  });

  it('is closed when it begins twice', async () => {
    const client = await connect();
    client.send(init('acme-viewer'));
    expect(await client.closed).toMatchObject({ code: 4429 });
  });

  it('is closed when an operation has the id of another', async () => {
    const client = await connect();
    await watch(client, 's');
    client.send(subscribe('s', EVENTS));
    expect(await client.closed).toMatchObject({ code: 4409 });
  });

  it('is closed when it does not say who it is', async () => {
    const client = await openWs(server.wsUrl);
    expect(await client.closed).toMatchObject({ code: 4408 });
  });

  it.each([['graphql-ws'], ['soap']])('speaks no other subprotocol: %s', async (protocol) => {
    const socket = new WebSocket(server.wsUrl, protocol);
    const error = await new Promise<Error>((resolve) => socket.on('error', resolve));
    expect(error.message).toContain('subprotocol');
  });

  it('is closed when it names no subprotocol', async () => {
    const socket = new WebSocket(server.wsUrl);
    const code = await new Promise((resolve) => socket.on('close', resolve));
    expect(code).toBe(4406);
  });

  it('is refused to pages of foreign origins and on other paths', async () => {
    const attempt = (url: string, origin: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, 'graphql-transport-ws', { origin });
        socket.on('error', (error) => {
          resolve(error.message);
        });
        socket.on('open', () => {
          socket.close();
          resolve('open');
        });
      });
    expect(await attempt(server.wsUrl, 'https://evil.example')).toContain('403');
    expect(await attempt(server.wsUrl, 'null')).toContain('403');
    expect(await attempt(`${server.wsUrl}/other`, server.url)).toContain('404');
    expect(await attempt(server.wsUrl, server.url)).toBe('open');
    expect(await attempt(server.wsUrl, 'https://app.example')).toBe('open');
    // Behind a proxy that does not hand on the name of the host.
    expect(await attempt(server.wsUrl, 'https://files.example')).toBe('open');
  });

  it('bounds the connections of a tenant, and gives places back', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => connect('globex-viewer')));
    const extra = await openWs(server.wsUrl);
    extra.send(init('globex-viewer'));
    expect(await extra.closed).toMatchObject({ code: 1013 });
    await (await connect('acme-viewer')).close();
    await Promise.all(clients.map((client) => client.close()));
    await (await connect('globex-viewer')).close();
  });

  it('bounds its own operations', async () => {
    const client = await connect();
    for (let index = 0; index <= 100; index += 1) client.send(subscribe(String(index), EVENTS));
    expect(await client.next()).toMatchObject({
      id: '100',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    await client.close();
    await vi.waitFor(() => {
      expect(server.useCases.events.readers).toBe(0);
    });
  });
});

describe('the identity of a websocket', () => {
  it('ends with its token', async () => {
    const client = await connect('acme-viewer:0.4');
    await watch(client, 's');
    expect(await client.closed).toMatchObject({ code: 4403, reason: 'Token expired' });
    await vi.waitFor(() => {
      expect(server.useCases.events.readers).toBe(0);
    });
  });

  it('goes on with a newer token of the same subject', async () => {
    const client = await connect('acme-viewer:0.5');
    await watch(client, 's');
    client.send({ type: 'ping', payload: { authorization: 'Bearer acme-viewer:60' } });
    expect(await client.next()).toMatchObject({
      type: 'pong',
      payload: { expiresAt: expect.any(String) as string },
    });
    await new Promise((resolve) => setTimeout(resolve, 700));
    server.useCases.events.push(makeEvent(9));
    expect(await client.next()).toMatchObject({ id: 's', type: 'next' });
    await client.close();
  });

  it('does not take a bad token for a newer one, nor that of somebody else', async () => {
    const client = await connect();
    client.send({ type: 'ping', payload: { authorization: 'Bearer nobody' } });
    expect(await client.next()).toEqual({ type: 'pong', payload: { refused: 'UNAUTHENTICATED' } });
    client.send({ type: 'ping' });
    expect(await client.next()).toEqual({ type: 'pong' });
    client.send({ type: 'ping', payload: { authorization: 'Bearer acme-admin' } });
    expect(await client.closed).toMatchObject({ code: 4403 });
  });

  it('loses its subscriptions with its permission, whether or not anything happens', async () => {
    const client = await connect('acme-analyst');
    await watch(client, 's');
    server.identities.setPermissions('analyst', ['file:download']);
    const startedAt = performance.now();
    expect(await client.next()).toMatchObject({
      id: 's',
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(server.useCases.events.readers).toBe(0);
    client.send(subscribe('again', EVENTS));
    expect(await client.next()).toMatchObject({
      id: 'again',
      payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    });
    server.identities.setPermissions('analyst', ['file:read', 'file:download']);
    await client.close();
  });

  it('gets no event after its permission is gone', async () => {
    const client = await connect('acme-analyst');
    await watch(client, 's');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    server.identities.setPermissions('analyst', null);
    server.useCases.events.push(makeEvent(10));
    expect(await client.next()).toMatchObject({
      id: 's',
      type: 'error',
      payload: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    await client.close();
  });
});

describe('a websocket whose client does not read', () => {
  it('holds its source back, is closed with a reason, and harms nobody', async () => {
    const other = await connect('acme-admin');
    const client = await connect('acme-viewer');
    await watch(client, 's', 'subscription { fileEvents { file { name } } }');
    client.socket.pause();
    const before = server.useCases.events.delivered;
    const name = 'x'.repeat(200_000);
    for (let index = 0; index < 400; index += 1) server.useCases.events.push(makeEvent(index, { name }));
    await vi.waitFor(
      () => {
        expect(server.useCases.events.readers).toBe(0);
      },
      { timeout: 15_000 },
    );
    expect(server.useCases.events.delivered - before).toBeLessThan(200);
    other.send(subscribe('q', '{ viewer { subject } }'));
    expect(await other.next()).toMatchObject({ id: 'q', type: 'next' });
    await other.close();
    client.socket.resume();
    expect(await client.closed).toEqual({ code: 1013, reason: 'The client reads too slowly' });
  });
});
