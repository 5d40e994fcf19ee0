import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openWs } from '../../support/open-ws.js';
import {
  startGraphqlServer,
  type GraphqlServer,
  type GraphqlServerOptions,
} from '../../support/start-graphql-server.js';

let server: GraphqlServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const start = async (options: GraphqlServerOptions = {}): Promise<GraphqlServer> =>
  (server = await startGraphqlServer(options));

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly after?: string;
}

/** Sends a request to upgrade and keeps its own side of the connection open. */
async function ask(
  port: number,
  { method = 'GET', path = '/graphql', headers, after = '' }: Asked = {},
): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const fields = {
    host: 'files.example',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-protocol': 'graphql-transport-ws',
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${after}`);
  return socket;
}

/** The status that is answered; the connection is broken off then. */
async function statusOf(port: number, asked?: Asked): Promise<number> {
  const socket = await ask(port, asked);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return Number(answer.toString().split(' ')[1]);
}

it('an offer of a protocol that nobody speaks here is not taken, and its request is answered as it is', async () => {
  const { port } = await start();
  const body = JSON.stringify({ query: '{ __typename }' });
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'content-type': 'application/json',
    'content-length': String(body.length),
  };
  const socket = await ask(port, { method: 'POST', headers, after: body });
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 .*"__typename":"Query"/s);
});

describe('requests to upgrade of one address', () => {
  it('are counted with all its others, and refused like them', async () => {
    const { port, url } = await start({ edge: { limits: { requestsPerAddress: 3 } } });
    expect(await statusOf(port)).toBe(101);
    expect((await fetch(`${url}/graphql`)).status).toBe(400);
    expect(await statusOf(port)).toBe(101);
    expect(await statusOf(port)).toBe(429);
    expect((await fetch(`${url}/graphql`)).status).toBe(429);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('are counted wherever they lead, and whatever becomes of them', async () => {
    const { port } = await start({ edge: { limits: { requestsPerAddress: 3 } } });
    expect(await statusOf(port, { path: '/livez' })).toBe(404);
    expect(await statusOf(port, { headers: { origin: 'https://evil.example' } })).toBe(403);
    expect(await statusOf(port, { headers: { upgrade: 'h2c' } })).toBe(400);
    expect(await statusOf(port)).toBe(429);
    expect(await statusOf(port, { path: '/livez' })).toBe(429);
  });

  it('are those of the client that a trusted proxy names', async () => {
    const edge = { limits: { requestsPerAddress: 1 }, trustedProxies: ['127.0.0.0/8'] };
    const { port, url } = await start({ edge });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    expect(await statusOf(port, from('192.0.2.1'))).toBe(101);
    expect(await statusOf(port, from('192.0.2.2'))).toBe(101);
    expect(await statusOf(port, from('192.0.2.99, 192.0.2.1'))).toBe(429);
    expect((await fetch(`${url}/graphql`, from('192.0.2.2'))).status).toBe(429);
  });

  it('are those of the connection where no proxy is trusted', async () => {
    const { port } = await start({ edge: { limits: { requestsPerAddress: 1 } } });
    expect(await statusOf(port, { headers: { 'x-forwarded-for': '192.0.2.1' } })).toBe(101);
    expect(await statusOf(port, { headers: { 'x-forwarded-for': '192.0.2.2' } })).toBe(429);
  });
});

describe('a request to upgrade that is refused', () => {
  const REFUSED: readonly (readonly [number, string, Asked])[] = [
    [429, 'RATE_LIMITED', {}],
    [403, 'FORBIDDEN', { headers: { origin: 'https://evil.example' } }],
    [404, 'NOT_FOUND', { path: '/livez' }],
    [404, 'NOT_FOUND', { path: '/graphql/other' }],
    [404, 'NOT_FOUND', { method: 'POST' }],
    [400, 'BAD_USER_INPUT', { path: '/%zz' }],
    [415, 'BAD_USER_INPUT', { method: 'POST', headers: { 'content-length': '5' }, after: 'bytes' }],
    [503, 'OVERLOADED', {}],
  ];

  it.each(REFUSED)('is answered %i with the problem %s, and let go of: %j', async (status, code, asked) => {
    const { port, lines } = await start({
      caps: { perProcess: 0 },
      edge: { limits: { requestsPerAddress: status === 429 ? 0 : 100 } },
    });
    const socket = await ask(port, { ...asked, headers: { 'x-request-id': 'mine', ...asked.headers } });
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${String(status)} `);
    expect(head.toLowerCase()).toContain('\r\nx-request-id: mine');
    expect(head.toLowerCase()).toContain('\r\nconnection: close');
    expect(head.toLowerCase()).toContain('\r\nx-content-type-options: nosniff');
    expect(/\r\nretry-after: [1-9]/iu.test(head)).toBe(status === 429 || status === 503);
    expect(JSON.parse(body)).toMatchObject({ status, code, correlationId: 'mine' });
    // A URL that cannot be read leads nowhere, and no hook runs for it.
    if (asked.path !== '/%zz') expect(lines.join('')).toContain(`"status":"${String(status)}"`);
    await vi.waitFor(async () => {
      expect(await connectionsOf(port)).toBe(0);
    });
    socket.destroy();
  });

  const connectionsOf = (_port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server?.app.server.getConnections((error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
});

describe('a request to upgrade', () => {
  it('is no request under way once its connection is a WebSocket', async () => {
    const { wsUrl, metrics } = await start();
    const client = await openWs(wsUrl);
    expect((await metrics.httpInFlight.get()).values[0]?.value).toBe(0);
    const counted = (await metrics.httpDurationSeconds.get()).values;
    expect(counted.find(({ metricName }) => metricName?.endsWith('_count'))?.labels).toMatchObject({
      route: '/graphql',
      status: '101',
    });
    await client.close();
  });

  it('may be followed at once by what the client has to say', async () => {
    const { port } = await start();
    // A masked frame of RFC 6455 with the mask 0: a close without a reason.
    const socket = await ask(port, { after: '\u0088\u0080\0\0\0\0' });
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('101 Switching Protocols');
    socket.destroy();
  });

  it('that overtakes an earlier request ends its connection, and harms nobody else', async () => {
    const { port, url } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const upgrade = 'GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
    socket.write(`GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n${upgrade}`);
    await once(socket, 'close');
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  it('leaves no place taken when its client goes at once', async () => {
    const { port, wsUrl } = await start({ caps: { perProcess: 1 } });
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const socket = await ask(port);
      if (attempt % 2 === 0) socket.resetAndDestroy();
      else socket.end();
    }
    await vi.waitFor(async () => {
      await (await openWs(wsUrl)).close();
    });
  });
});
