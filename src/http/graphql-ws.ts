import type { FastifyInstance } from 'fastify';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Server as Protocol } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { fault, FaultError } from '../domain/errors.js';
import { withCorrelationId } from '../observability/correlation-scope.js';
import { openConnection, type ConnectionDeps } from './graphql/ws-connection.js';
import { mayConnect } from './graphql/ws-origin.js';
import { createWsProtocol, type WsConnection } from './graphql/ws-protocol.js';
import { sendProblem } from './problem.js';
import { onceOver } from './response-over.js';
import { FOR_UPGRADES, takeConnection } from './upgrades.js';

/** What GraphQL over WebSocket needs. */
export interface GraphqlWsDeps extends ConnectionDeps {
  /** What clients reach us under: a proxy need not tell which host a page has named. */
  readonly publicUrl: string;
  /** Origins whose pages may connect, beside our own. */
  readonly allowedOrigins: readonly string[];
}

/** Largest message of a client. */
const MAX_FRAME_BYTES = 256 * 1024;
/** How long clients may take to say goodbye when we stop. */
const CLOSE_DEADLINE_MS = 2_000;

/**
 * Serves graphql-transport-ws on `/graphql` of an HTTP server.
 *
 * @returns what closes all connections with 1001 and takes no new ones
 */
export function registerGraphqlWs(app: FastifyInstance, deps: GraphqlWsDeps): { close(): Promise<void> } {
  const protocol = createWsProtocol(deps);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  const origins = [new URL(deps.publicUrl).origin, ...deps.allowedOrigins];
  app.route({
    method: 'GET',
    url: '/graphql',
    constraints: FOR_UPGRADES,
    // The engine knows which operations belong to uploads that were let in.
    config: { admission: 'always' },
    handler: (request, reply) => {
      if (!mayConnect(request.headers, origins)) {
        return sendProblem(
          reply,
          fault('FORBIDDEN', { message: 'Pages of this origin may not connect.' }).fault,
        );
      }
      const release = deps.caps.open();
      if (!release) throw new FaultError(fault('OVERLOADED', { retryAfterMs: 5_000 }).fault);
      const socket = takeConnection(reply);
      onceOver(socket, release);
      sockets.handleUpgrade(request.raw, socket, Buffer.alloc(0), (webSocket) => {
        serve(webSocket, request.id, deps, protocol);
      });
      return reply;
    },
  });
  return { close: () => closeAll(sockets) };
}

function serve(
  webSocket: WebSocket,
  correlationId: string,
  deps: GraphqlWsDeps,
  protocol: Protocol<WsConnection>,
): void {
  const connection = openConnection(webSocket, { correlationId }, deps);
  const { socket, identity, signal, fail } = connection;
  const end = protocol.opened(
    {
      ...socket,
      onMessage: (handle) => {
        webSocket.on('message', (data) => {
          if (signal.aborted) return;
          withCorrelationId(correlationId, () => {
            handle(textOf(data)).catch(fail);
          });
        });
      },
      onPing: async (payload) => {
        const answer = await identity.renew(payload);
        await socket.send(JSON.stringify({ type: 'pong', ...(answer && { payload: answer }) }));
      },
    },
    connection,
  );
  connection.whenEnded((code, reason) => end(code, reason));
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.close(1001, 'Going away');
  const deadline = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
  }, CLOSE_DEADLINE_MS);
  await new Promise<void>((resolve) => {
    sockets.close(() => {
      resolve();
    });
  });
  clearTimeout(deadline);
}
