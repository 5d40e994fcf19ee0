import { createClient as createSseClient } from 'graphql-sse';
import type { GetToken } from './access-token.js';
import { errorOfConnection, errorOfGraphQL, type AnsweredError } from './error-of-answer.js';
import type { Transport } from './transport.js';
import { hasCode, UploadError } from './upload-error.js';
import { openWs } from './open-ws.js';

/** How subscriptions travel; `auto` takes WebSocket and falls back to SSE. */
export type LiveTransport = 'auto' | 'ws' | 'sse';

/** What is needed to open subscriptions. */
export interface LiveOptions {
  /** URL of GraphQL over HTTP; those of the two transports follow from it. */
  readonly url: string;
  readonly getToken: GetToken;
  readonly transport: LiveTransport;
}

interface Payload {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}
interface Item {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[] | undefined;
}
type Source = (payload: Payload) => AsyncIterableIterator<Item>;

/** A way for subscriptions. */
interface Way {
  readonly source: Source;
  /** Uploads that may be followed over it at a time; what else is subscribed to is not counted. */
  readonly maxFollowed: number;
  followed: number;
}

/** The service takes 100 operations over one WebSocket: some are left for all else. */
const MAX_FOLLOWED_OVER_WS = 80;
/** Each stream holds one of the six connections that a browser opens to a host over HTTP/1.1. */
const MAX_FOLLOWED_OVER_SSE = 1;

/** One WebSocket for all subscriptions, or one event stream for each. */
export function createLive(
  options: LiveOptions,
): Required<Pick<Transport, 'subscribe' | 'subscribeIfFree' | 'close'>> {
  const token = rememberRefusals(options.getToken);
  const ws = openWs(options.url, token.get);
  const sse = openSse(options.url, token.get);
  const overWs = wayOf((payload) => ws.client.iterate(payload), MAX_FOLLOWED_OVER_WS);
  const overSse = wayOf((payload) => sse.iterate(payload), MAX_FOLLOWED_OVER_SSE);
  let way = options.transport === 'sse' ? overSse : overWs;

  const subscribeBy =
    (pump: typeof read): Transport['subscribe'] =>
    async (operation, variables, onItem, signal) => {
      const payload = { query: operation.toString(), variables: { ...(variables as object) } };
      const hear = onItem as (item: unknown) => void;
      try {
        await pump(way, payload, hear, signal).catch((error: unknown) => {
          const isBlocked = options.transport === 'auto' && way === overWs && !ws.hasConnected();
          if (signal.aborted || !isBlocked || isAnswer(error)) throw error;
          // Something between here and the service lets no WebSocket through, or the service is down: then this fails too.
          const note = (item: unknown): void => {
            way = overSse;
            hear(item);
          };
          return pump(overSse, payload, note, signal);
        });
      } catch (error) {
        signal.throwIfAborted();
        const known = errorOfLive(error, options.url);
        token.note(known);
        throw known;
      }
    };

  return {
    subscribe: subscribeBy(read),
    subscribeIfFree: subscribeBy(readIfFree),
    close: async () => {
      sse.dispose();
      await ws.close();
    },
  };
}

const wayOf = (source: Source, maxFollowed: number): Way => ({ source, maxFollowed, followed: 0 });

const readIfFree: typeof read = async (way, ...subscription) => {
  if (way.followed >= way.maxFollowed) {
    const detail = { code: 'RATE_LIMITED', category: 'limit', retryable: false } as const;
    throw new UploadError('No more uploads are followed live at a time.', detail);
  }
  way.followed += 1;
  try {
    await read(way, ...subscription);
  } finally {
    way.followed -= 1;
  }
};

const openSse = (url: string, token: () => Promise<string>): ReturnType<typeof createSseClient> =>
  createSseClient({
    url: `${url}/stream`,
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 0,
  });

/** Tells the token's giver when the last one was refused. */
function rememberRefusals(getToken: GetToken): {
  readonly get: () => Promise<string>;
  readonly note: (error: unknown) => void;
} {
  let isRefused = false;
  return {
    get: async () => {
      const token = await getToken({ isRefused });
      isRefused = false;
      return token;
    },
    note: (error) => {
      if (hasCode(error, 'UNAUTHENTICATED')) isRefused = true;
    },
  };
}

async function read(
  way: Way,
  payload: Payload,
  onItem: (item: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const source = way.source(payload);
  const pump = async (): Promise<void> => {
    for await (const { data, errors } of source) {
      if (signal.aborted) return;
      const [first] = errors ?? [];
      if (first !== undefined) throw errorOfGraphQL(first);
      onItem(data);
    }
  };
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => {
    stopped.reject(signal.reason);
    void source.return?.();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    // A source that is still being connected ends only when that has come to something.
    await Promise.race([pump(), stopped.promise]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Whether the service itself said no, so that another transport would hear the same. */
const isAnswer = (error: unknown): boolean =>
  error instanceof UploadError || Array.isArray(error) || isRefusal(error);

const closeCode = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;

const isRefusal = (error: unknown): boolean => [4401, 4403].includes(closeCode(error) ?? 0);

function errorOfLive(error: unknown, url: string): unknown {
  if (Array.isArray(error)) return errorOfGraphQL(error[0] as AnsweredError);
  const code = closeCode(error);
  if (code === undefined) return errorOfConnection(error, url);
  const { reason } = error as { reason?: string };
  const said = [String(code), reason].filter(Boolean).join(' ');
  return new UploadError(`The service closed the subscription (${said}).`, {
    code: isRefusal(error) ? 'UNAUTHENTICATED' : 'CONNECTION',
    category: isRefusal(error) ? 'auth' : 'connection',
    // Also after a refusal: a token that ended meanwhile is replaced by a fresh one.
    retryable: true,
  });
}
