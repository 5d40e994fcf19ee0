import { WebSocket } from 'ws';

/** A message of graphql-transport-ws. */
export type WsMessage = Readonly<Record<string, unknown>>;

/** A bare client of graphql-transport-ws, which may break its rules. */
export interface WsClient {
  readonly socket: WebSocket;
  /** Text is sent as it is, anything else as JSON. */
  send(message: string | object): void;
  /** The next message that was not asked for yet. */
  next(): Promise<WsMessage>;
  /** How the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(): Promise<void>;
}

/** Opens a WebSocket and remembers what comes. */
export async function openWs(url: string): Promise<WsClient> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const messages: WsMessage[] = [];
  const waiting: ((message: WsMessage) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as WsMessage;
    const first = waiting.shift();
    if (first) first(message);
    else messages.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    closed,
    send: (message) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    next: () => {
      const message = messages.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
    close: async () => {
      socket.close();
      await closed;
    },
  };
}
