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
  readonly fail: (error: unknown) => void;
}

/** What a connection is made of, beside its socket. */
export interface ConnectionDeps extends GraphqlStreamDeps {
  /** Longest that one message may wait for its client to read. @default 10000 */
  readonly sendTimeoutMs?: number;
}

/**
 * Keeps one WebSocket. Its operations end when we decide to close, and do not wait until the other side has
 * heard of it.
 */
export function openConnection(
  webSocket: WebSocket,
  correlation: Correlation,
  deps: ConnectionDeps,
): OpenConnection {
  const end = createEnd();
  const shut = (code: number, reason: string): void => {
    webSocket.close(code, fitting(reason));
    end.come(code, reason);
  };
  const fail = (error: unknown): void => {
    deps.logger.error({ err: error, ...correlation }, 'a WebSocket failed');
    shut(4500, 'Internal server error');
  };
  const socket = boundSocket(webSocket, shut, deps.sendTimeoutMs);
  const identity = createWsIdentity(deps, correlation, shut);
  const whenEnded = (ending: Ending): void => {
    end.then((code, reason) => void ending(code, reason).catch(fail));
  };
  deps.metrics.connections.inc({ transport: 'websocket' });
  end.then(() => {
    socket.release();
    identity.release();
    deps.metrics.connections.dec({ transport: 'websocket' });
  });
  webSocket.once('close', (code, reason) => {
    end.come(code, String(reason));
  });
  webSocket.on('error', (error) => {
    deps.logger.debug({ err: error, ...correlation }, 'a WebSocket broke');
  });
  return { correlation, identity, running: new Set(), shut, signal: end.signal, socket, fail, whenEnded };
}

/** What a close frame has room for. @see https://www.rfc-editor.org/rfc/rfc6455#section-5.5 */
const MAX_REASON_BYTES = 123;

/** A reason that repeats what the client sent may be too long to be said at all. */
const fitting = (reason: string): string =>
  Buffer.byteLength(reason) > MAX_REASON_BYTES ? 'The request was refused' : reason;

type Work = (code: number, reason: string) => void;

interface End {
  readonly signal: AbortSignal;
  /** The first time counts. */
  come(code: number, reason: string): void;
  /** Calls back at the end, at once if it has come. */
  then(work: Work): void;
}

function createEnd(): End {
  const ended = new AbortController();
  const waiting: Work[] = [];
  let how: [number, string] | undefined;
  return {
    signal: ended.signal,
    come: (code, reason) => {
      if (how) return;
      how = [code, reason];
      ended.abort();
      for (const work of waiting) work(code, reason);
    },
    then: (work) => {
      if (how) work(...how);
      else waiting.push(work);
    },
  };
}
