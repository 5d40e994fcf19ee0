import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { createLive } from '../../../client/src/api/live.js';
import { UploadProgressDocument } from '../../../client/src/generated/graphql.js';

/** How the service is reached: all works; sockets answer nothing more once they live; nothing answers a wish for one. */
type Way = 'open' | 'silent' | 'stalled';

let server: Server;
let way: Way;
let port = 0;
let came: string[];
const sockets = new Set<Socket>();
const endings: (() => Promise<void> | void)[] = [];

const ITEM = { data: { uploadProgress: {} } };

beforeEach(() => {
  [way, came] = ['open', []];
  server = createServer((_request, response) => {
    came.push('sse');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: next\ndata: ${JSON.stringify(ITEM)}\n\n`);
  });
  server.on('connection', (socket) => sockets.add(socket));
  const sockServer = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    came.push('ws');
    if (way === 'stalled') return;
    sockServer.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (data: Buffer) => {
        const { type, id } = JSON.parse(data.toString()) as { type: string; id?: string };
        came.push(type);
        if (type === 'connection_init') ws.send('{"type":"connection_ack"}');
        if (type === 'subscribe') ws.send(JSON.stringify({ type: 'next', id, payload: ITEM }));
        if (type === 'ping' && way === 'open') ws.send('{"type":"pong"}');
      });
    });
  });
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  vi.useRealTimers();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server.close();
});

/** Listens where it did before, if it did. */
async function listen(): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
}

function subscribe(live: ReturnType<typeof createLive>): {
  readonly ended: Promise<unknown>;
  readonly stop: AbortController;
} {
  const stop = new AbortController();
  const subscribed = live.subscribe(
    UploadProgressDocument,
    { fileId: 'f' },
    () => came.push('item'),
    stop.signal,
  );
  endings.push(() => stop.abort());
  return { stop, ended: subscribed.catch((error: unknown) => error) };
}

function openLive(): ReturnType<typeof createLive> {
  const live = createLive({
    url: `http://127.0.0.1:${port}/graphql`,
    getToken: () => 'token',
    transport: 'auto',
  });
  endings.push(() => live.close());
  return live;
}

it('gives a WebSocket up on which nothing answers any more', async () => {
  await listen();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { ended } = subscribe(openLive());
  await vi.waitFor(() => expect(came).toContain('item'));
  await vi.advanceTimersByTimeAsync(20_000);
  await vi.waitFor(() => expect(came).toContain('ping'));
  // The answer keeps it.
  await new Promise((resolve) => setImmediate(resolve));
  way = 'silent';
  await vi.advanceTimersByTimeAsync(20_000);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await ended).toMatchObject({ code: 'CONNECTION', retryable: true });
});

it('takes server-sent events where nothing answers the wish for a WebSocket', async () => {
  await listen();
  way = 'stalled';
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  subscribe(openLive());
  await vi.waitFor(() => expect(came).toEqual(['ws']));
  await vi.advanceTimersByTimeAsync(15_000);
  await vi.waitFor(() => expect(came).toEqual(['ws', 'sse', 'item']));
});

it('stops and closes at once while a WebSocket is being made', async () => {
  await listen();
  way = 'stalled';
  const live = openLive();
  const { ended, stop } = subscribe(live);
  await vi.waitFor(() => expect(came).toEqual(['ws']));
  stop.abort();
  expect(await ended).toBe(stop.signal.reason);
  await live.close();
});

it('takes a WebSocket once the service that was down is there', async () => {
  await listen();
  server.close();
  await once(server, 'close');
  const live = openLive();
  expect(await subscribe(live).ended).toMatchObject({ retryable: true });
  await listen();
  subscribe(live);
  await vi.waitFor(() => expect(came).toContain('item'));
  expect(came).toEqual(['ws', 'connection_init', 'subscribe', 'item']);
});
