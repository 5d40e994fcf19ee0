import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { FILE_FIELDS, type FileView } from './api-client.js';

/** One item of `fileEvents`. */
export interface EventView {
  readonly cursor: string;
  readonly from: string | null;
  readonly to: string;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly file: Pick<FileView, 'id' | 'version' | 'state'>;
}

/** One item of `uploadProgress`. */
export interface ProgressView {
  readonly stage: string;
  readonly receivedBytes: number;
  readonly scannedBytes: number;
  readonly queuePosition: number | null;
  readonly file: FileView;
}

/** Where and as whom to subscribe. */
export interface LiveSource {
  readonly transport: 'ws' | 'sse';
  /** Base URL of an API process. */
  readonly url: string;
  readonly token: string;
}

/** A subscription that is running. */
export interface Live<T> {
  /** What came so far. */
  readonly items: T[];
  /** Resolves when the service ended it in order; rejects when it refused or broke it. */
  readonly done: Promise<void>;
  /** Resolves once an item fulfils the condition; those that have come already count. */
  until(holds: (item: T) => boolean): Promise<T>;
  stop(): void;
}

/** Subscribes to the changes of state of the tenant. */
export const watchEvents = (
  source: LiveSource,
  variables: { after?: string; states?: string[] } = {},
): Live<EventView> =>
  watch(
    source,
    `subscription ($after: Cursor, $states: [FileState!]) { item: fileEvents(after: $after, states: $states) {
      cursor from to occurredAt correlationId file { id version state } } }`,
    variables,
  );

/** Subscribes to what happens in the quarantine of the tenant. */
export const watchQuarantine = (
  source: LiveSource,
  variables: { after?: string } = {},
): Live<{
  readonly cursor: string;
  readonly kind: string;
  readonly fileId: string;
  readonly subject: string;
}> =>
  watch(
    source,
    `subscription ($after: Cursor) { item: quarantineEvents(after: $after) { cursor kind fileId subject } }`,
    variables,
  );

/** Subscribes to one upload. */
export const watchProgress = (source: LiveSource, fileId: string): Live<ProgressView> =>
  watch(
    source,
    `subscription ($fileId: ID!) { item: uploadProgress(fileId: $fileId) {
      stage receivedBytes scannedBytes queuePosition file { ${FILE_FIELDS} } } }`,
    { fileId },
  );

interface Sink<T> {
  next(result: {
    readonly data?: { item: T } | null | undefined;
    readonly errors?: readonly unknown[] | undefined;
  }): void;
  error(reason: unknown): void;
  complete(): void;
}

function watch<T>(source: LiveSource, query: string, variables: Record<string, unknown>): Live<T> {
  const items: T[] = [];
  const hopes: ((item: T) => void)[] = [];
  const ended = Promise.withResolvers<void>();
  // Whoever is interested in the end waits for it; nobody has to.
  ended.promise.catch(() => undefined);
  const sink: Sink<T> = {
    next: ({ data, errors }) => {
      if (errors) {
        ended.reject(new Error(JSON.stringify(errors)));
        // The service would go on, beside whatever its watcher begins next.
        stop();
      }
      if (!data || errors) return;
      items.push(data.item);
      for (const hope of hopes) hope(data.item);
    },
    error: (reason) => {
      ended.reject(reason instanceof Error ? reason : new Error(describe(reason)));
    },
    complete: () => {
      ended.resolve();
    },
  };
  const stop = connect(source, { query, variables }, sink);
  return {
    items,
    done: ended.promise,
    until: (holds) => {
      const found = items.find(holds);
      if (found !== undefined) return Promise.resolve(found);
      const came = new Promise<T>((resolve) => {
        hopes.push((item) => {
          if (holds(item)) resolve(item);
        });
      });
      const over = ended.promise.then(() => {
        throw new Error(`The subscription ended before: ${JSON.stringify(items.slice(-3))}`);
      });
      return Promise.race([came, over]);
    },
    stop,
  };
}

const describe = (reason: unknown): string =>
  reason instanceof CloseEvent ? `${reason.code} ${reason.reason}` : JSON.stringify(reason);

/** Without retries: a test sees every break, and decides by itself where to go on. */
function connect<T>(
  { transport, url, token }: LiveSource,
  payload: { query: string; variables: Record<string, unknown> },
  sink: Sink<T>,
): () => void {
  const authorization = `Bearer ${token}`;
  const ws = (): (() => void) =>
    createWsClient({
      retryAttempts: 0,
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
    }).subscribe<{ item: T }>(payload, sink);
  const sse = (): (() => void) =>
    createSseClient({
      retryAttempts: 0,
      url: `${url}/graphql/stream`,
      headers: { authorization },
    }).subscribe<{
      item: T;
    }>(payload, sink);
  return transport === 'ws' ? ws() : sse();
}
