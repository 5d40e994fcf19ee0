import { createClient } from 'graphql-ws';

/** A client of graphql-transport-ws that tells whether there was ever a connection. */
export interface OpenedWs {
  readonly client: ReturnType<typeof createClient>;
  readonly hasConnected: () => boolean;
  /** Waits for no connection that is still being made. */
  readonly close: () => Promise<void>;
}

/** How long a WebSocket stays open after its last subscription, in milliseconds. */
const LAZY_CLOSE_MS = 1_000;
/** A socket that says nothing for so long is asked whether it still lives, in milliseconds. */
const KEEP_ALIVE_MS = 20_000;
/** Longest wait for a connection, and for every answer that keeps it, in milliseconds. */
const ANSWER_TIMEOUT_MS = 15_000;

/**
 * One WebSocket for all subscriptions. It is given up when nothing answers: proxies may hold a request for it, and after
 * sleep or a change of network nobody tells that the other side is gone.
 *
 * @param url - of GraphQL over HTTP
 */
export function openWs(url: string, token: () => Promise<string>): OpenedWs {
  let [isConnected, hasConnected] = [false, false];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const answered = (): void => clearTimeout(timer);
  const expectAnswer = (): void => {
    answered();
    timer = setTimeout(() => client.terminate(), ANSWER_TIMEOUT_MS);
  };
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 0,
    lazyCloseTimeout: LAZY_CLOSE_MS,
    keepAlive: KEEP_ALIVE_MS,
    connectionAckWaitTimeout: ANSWER_TIMEOUT_MS,
    on: {
      connecting: expectAnswer,
      // A token may take its time.
      opened: answered,
      connected: () => ([isConnected, hasConnected] = [true, true]),
      ping: (isReceived) => isReceived || expectAnswer(),
      pong: answered,
      closed: () => {
        answered();
        isConnected = false;
      },
    },
  });
  const close = async (): Promise<void> => {
    if (!isConnected) client.terminate();
    await client.dispose();
  };
  return { client, hasConnected: () => hasConnected, close };
}
