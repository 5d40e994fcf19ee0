import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import type { AccessToken } from './access-token.js';
import { ApiError, errorOfConnection, errorOfGraphQL } from './api-error.js';
import type { Operation } from './operations.js';

/** How subscriptions travel; `auto` takes WebSocket and falls back to SSE. */
export type LiveTransport = 'auto' | 'ws' | 'sse';

/** Sends subscriptions. */
export interface Live {
  /**
   * Yields until the service completes the subscription or the signal aborts; throws {@link ApiError} when
   * the connection is lost.
   */
  subscribe<Data, Variables extends object>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal: AbortSignal,
  ): AsyncGenerator<Data, void>;
  close(): Promise<void>;
}

/** What is needed to open subscriptions. */
export interface LiveOptions {
  /** URL of GraphQL over HTTP; those of the two transports follow from it. */
  readonly url: string;
  readonly token: AccessToken;
  readonly transport: LiveTransport;
}

interface Payload {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}
type Source = (payload: Payload) => AsyncIterableIterator<{
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[] | undefined;
}>;

/** One WebSocket for all subscriptions, or one event stream for each. */
export function createLive({ url, token, transport }: LiveOptions): Live {
  let hasConnected = false;
  const overWs = createWsClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await token.get()}` }),
    retryAttempts: 0,
    lazyCloseTimeout: 1_000,
    on: { connected: () => (hasConnected = true) },
  });
  const overSse = createSseClient({
    url: `${url}/stream`,
    headers: async () => ({ authorization: `Bearer ${await token.get()}` }),
    retryAttempts: 0,
  });
  const ws: Source = (payload) => overWs.iterate(payload);
  const sse: Source = (payload) => overSse.iterate(payload);
  let source = transport === 'sse' ? sse : ws;

  return {
    async *subscribe<Data, Variables extends object>(
      operation: Operation<Data, Variables>,
      variables: Variables,
      signal: AbortSignal,
    ) {
      const payload = { query: operation.query, variables: Object.fromEntries(Object.entries(variables)) };
      try {
        yield* read<Data>(source(payload), signal);
      } catch (error) {
        const isBlocked = transport === 'auto' && source === ws && !hasConnected && !isAnswer(error);
        if (!isBlocked) throw errorOfLive(error, url);
        source = sse;
        yield* read<Data>(source(payload), signal);
      }
    },
    close: async () => {
      overSse.dispose();
      await overWs.dispose();
    },
  };
}

async function* read<Data>(source: ReturnType<Source>, signal: AbortSignal): AsyncGenerator<Data, void> {
  const stop = (): void => void source.return?.();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return;
    for await (const { data, errors } of source) {
      const [first] = errors ?? [];
      if (first !== undefined) throw errorOfGraphQL(first);
      yield data as Data;
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Whether the service itself said no, so that another transport would hear the same. */
const isAnswer = (error: unknown): boolean =>
  error instanceof ApiError || Array.isArray(error) || isRefusal(error);

const closeCode = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : undefined;

const isRefusal = (error: unknown): boolean => [4401, 4403].includes(closeCode(error) ?? 0);

function errorOfLive(error: unknown, url: string): unknown {
  if (Array.isArray(error)) return errorOfGraphQL(error[0] as { message: string });
  const code = closeCode(error);
  if (code === undefined) return errorOfConnection(error, url);
  const { reason } = error as { reason?: string };
  return new ApiError(`The service closed the subscription (${code} ${reason ?? ''}).`.replace(' )', ')'), {
    code: isRefusal(error) ? 'UNAUTHENTICATED' : 'CONNECTION',
    // Also after a refusal: a token that ended meanwhile is replaced by a fresh one.
    retryable: true,
  });
}
