import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import { WebSocket } from 'ws';

/** Bytes that may wait for one client when there is something more to send; one answer may be longer than that. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Longest that one message may wait, where the server does not say. */
const SEND_TIMEOUT_MS = 10_000;
/** How often a connection is asked whether it is alive; it has as long to answer. */
const PING_INTERVAL_MS = 12_000;

/** A WebSocket whose buffer and silence are bounded, as graphql-ws wants it. */
export interface BoundedSocket extends Pick<ProtocolSocket, 'protocol' | 'send' | 'close'> {
  /** Ends the watch over the connection. */
  release(): void;
}

/**
 * Wraps a socket so that a client which does not read is closed with 1013, and one that does not answer
 * pings is cut off.
 *
 * @param shut - closes the connection and ends its operations at once
 * @param sendTimeoutMs - longest that one message may wait; @default 10000
 */
export function boundSocket(
  socket: WebSocket,
  shut: (code: number, reason: string) => void,
  sendTimeoutMs = SEND_TIMEOUT_MS,
): BoundedSocket {
  const stopPings = keepAlive(socket);
  const shutSlow = (): void => {
    shut(1013, 'The client reads too slowly');
  };
  return {
    protocol: socket.protocol,
    close: (code = 1000, reason = '') => {
      shut(code, reason);
    },
    send: (data) =>
      new Promise<void>((resolve) => {
        if (socket.readyState !== WebSocket.OPEN) return resolve();
        if (socket.bufferedAmount > MAX_BUFFERED_BYTES) {
          shutSlow();
          return resolve();
        }
        const timer = setTimeout(shutSlow, sendTimeoutMs).unref();
        // A failed send shows as the end of the connection, which ends the operations.
        socket.send(data, () => {
          clearTimeout(timer);
          resolve();
        });
      }),
    release: stopPings,
  };
}

function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
  }, PING_INTERVAL_MS).unref();
  return () => {
    clearInterval(timer);
  };
}
