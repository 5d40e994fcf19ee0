import type { WebSocket } from 'ws';
import type { Correlation } from '../../domain/actor.js';
import type { GraphqlStreamDeps } from './deps.js';
import { createWsIdentity } from './ws-identity.js';
import type { WsConnection } from './ws-protocol.js';
import { boundSocket, type BoundedSocket } from './ws-socket.js';

type Ending = (code: number, reason: string) => Promise<void>;

/** One WebSocket, from its upgrade to its end. */
export interface OpenConnection extends WsConnection {
  readonly socket: BoundedSocket;
  /** Calls back once, when the connection has ended or we have decided that it shall. */
  whenEnded(ending: Ending): void;
  /** Logs what must not happen and closes the connection with 4500. */
  fail(error: unknown): void;
}

/**
 * Keeps one WebSocket. Its operations end when we decide to close, and do not wait until the other side has
 * heard of it.
 */
export function openConnection(
  webSocket: WebSocket,
  correlation: Correlation,
  deps: GraphqlStreamDeps,
  sendTimeoutMs?: number,
): OpenConnection {
  const { logger, metrics } = deps;
  const { correlationId } = correlation;
  const ended = new AbortController();
  let how: [number, string] | undefined;
  let ending: Ending = () => Promise.resolve();

  const fail = (error: unknown): void => {
    logger.error({ err: error, correlationId }, 'a WebSocket failed');
    shut(4500, 'Internal server error');
  };
  const end = (code: number, reason: string): void => {
    if (how) return;
    how = [code, reason];
    ended.abort();
    socket.release();
    identity.release();
    metrics.connections.dec({ transport: 'websocket' });
    ending(code, reason).catch(fail);
  };
  function shut(code: number, reason: string): void {
    webSocket.close(code, reason);
    end(code, reason);
  }
  const socket = boundSocket(webSocket, shut, sendTimeoutMs);
  const identity = createWsIdentity(deps, correlation, shut);

  metrics.connections.inc({ transport: 'websocket' });
  webSocket.once('close', (code, reason) => {
    end(code, String(reason));
  });
  webSocket.on('error', (error) => {
    logger.debug({ err: error, correlationId }, 'a WebSocket broke');
  });
  return {
    correlation,
    identity,
    signal: ended.signal,
    socket,
    fail,
    whenEnded: (work) => {
      ending = work;
      if (how) work(...how).catch(fail);
    },
  };
}
