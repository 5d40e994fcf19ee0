import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Server as Protocol } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { withCorrelationId } from '../observability/correlation-scope.js';
import { correlationIdOf } from './correlation.js';
import { openConnection, type ConnectionDeps } from './graphql/ws-connection.js';
import { createWsProtocol, type WsConnection } from './graphql/ws-protocol.js';
import { answerUpgrade, refuseUpgrade } from './graphql/ws-upgrade.js';

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
 * @returns what closes all connections with 1001 and stops taking new ones
 */
export function attachGraphqlWs(server: Server, deps: GraphqlWsDeps): { close(): Promise<void> } {
  const protocol = createWsProtocol(deps);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  const origins = [new URL(deps.publicUrl).origin, ...deps.allowedOrigins];
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const refusal = refuseUpgrade(request, origins);
    if (refusal) {
      answerUpgrade(socket, refusal);
      return;
    }
    const release = deps.caps.open();
    if (!release) {
      answerUpgrade(socket, { status: 503, reason: 'Service Unavailable' });
      return;
    }
    socket.once('close', release);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      serve(webSocket, request, deps, protocol);
    });
  };
  server.on('upgrade', upgrade);
  return {
    close: async () => {
      server.off('upgrade', upgrade);
      await closeAll(sockets);
    },
  };
}

function serve(
  webSocket: WebSocket,
  request: IncomingMessage,
  deps: GraphqlWsDeps,
  protocol: Protocol<WsConnection>,
): void {
  const correlation = { correlationId: correlationIdOf(request) };
  const connection = openConnection(webSocket, correlation, deps);
  const { socket, identity, signal, fail } = connection;
  const end = protocol.opened(
    {
      ...socket,
      onMessage: (handle) => {
        webSocket.on('message', (data) => {
          if (signal.aborted) return;
          withCorrelationId(correlation.correlationId, () => {
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
