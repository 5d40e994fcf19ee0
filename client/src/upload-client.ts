import { keepSubscribed } from './api/keep-subscribed.js';
import { withRetries, type RetryPolicy } from './api/retry.js';
import type { Operation, Transport } from './api/transport.js';
import { limitPuts } from './limit-puts.js';
import type { Platform } from './platform.js';
import { listUnfinished, type ResumeRecord, type ResumeStore } from './resume-store.js';
import { createClaims } from './transfer/claims.js';
import { createTurns } from './turns.js';
import { startUpload, type Upload } from './upload.js';
import type { UploadDeps, UploadOptions } from './upload-deps.js';
import type { OpenFile } from './upload-source.js';

/** What every client can be told, wherever it runs. */
export interface ClientOptions {
  /** How failures that may pass are met. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * Most parts of one upload under way at a time. All uploads together have as many, or as many as suit the
   * platform where that is more.
   *
   * @default what suits the platform
   */
  readonly maxParallel?: number | undefined;
  /**
   * Who is signed in, e.g. the subject of the token with its tenant. On a device that several people share, name it:
   * what one of them has not finished is then neither listed for another one nor taken up by them.
   *
   * @default whoever comes is taken for the same
   */
  readonly identity?: string | undefined;
}

/** Uploads files to one service. */
export interface UploadClient<Source> {
  /**
   * Begins as soon as few enough others are under way; until then its phase is `preparing`. A file that was not
   * finished earlier goes on where it was.
   */
  readonly upload: (source: Source, options?: UploadOptions) => Upload;
  /**
   * Uploads that were begun here and have not ended: each goes on when its file is given again. What the service has
   * given up meanwhile is forgotten.
   */
  readonly unfinished: () => Promise<readonly ResumeRecord[]>;
  /** Forgets an unfinished upload. */
  readonly forget: (key: string) => Promise<void>;
  /**
   * Sends another operation of the service, with retries: a mutation must be idempotent or carry a key.
   *
   * @throws UploadError
   */
  readonly request: <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ) => Promise<Data>;
  /**
   * Sends another operation of the service once.
   *
   * @throws UploadError
   */
  readonly requestOnce: <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ) => Promise<Data>;
  /**
   * Subscribes and goes on after lost connections; resolves when the service completes.
   *
   * @param variables - called for each connection, so that a cursor can be passed on
   * @throws UploadError, or the reason of the signal
   */
  readonly subscribe: <Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: () => Variables,
    onItem: (item: Data) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /**
   * Lets the connections go. Uploads that are under way are stopped: their results reject with an `AbortError`, what
   * was sent stays, and another client can take them up again.
   */
  readonly close: () => Promise<void>;
}

/** What a client is made of. */
export interface ClientParts<Source> {
  readonly transport: Transport;
  readonly platform: Platform;
  readonly store: ResumeStore | undefined;
  /** Names the service among those that the store remembers. */
  readonly scope: string;
  readonly open: (source: Source) => OpenFile;
}

/** Uploads under way at a time, those in inspection included: the service follows 100 over one WebSocket. */
const MAX_UPLOADS = 32;
/** Uploads that send at a time: the URLs of their parts end while they wait for a connection. */
const MAX_SENDING = 8;

/** Joins the parts to a client. */
export function joinClient<Source>(
  { transport, platform, store, scope: service, open }: ClientParts<Source>,
  { retry = {}, maxParallel, identity }: ClientOptions,
): UploadClient<Source> {
  const { network } = platform;
  const scope = identity === undefined ? service : `${service}#${encodeURIComponent(identity)}`;
  const closing = new AbortController();
  const deps: UploadDeps = {
    ...retry,
    network,
    transport,
    platform: limitPuts(platform, Math.max(platform.maxParallel, maxParallel ?? 0)),
    store,
    scope,
    maxParallel,
    closed: closing.signal,
    claims: createClaims(),
    uploadTurns: createTurns(MAX_UPLOADS),
    sendingTurns: createTurns(MAX_SENDING),
    measured: {},
  };
  return {
    upload: (source, options = {}) => startUpload(deps, open(source), options),
    unfinished: async () => (store === undefined ? [] : listUnfinished(store, scope, Date.now())),
    forget: async (key) => store?.delete(key),
    request: (operation, variables, signal) =>
      withRetries(deps, () => transport.request(operation, variables, signal), signal),
    requestOnce: (operation, variables, signal) => transport.request(operation, variables, signal),
    subscribe: (operation, variables, onItem, signal) =>
      keepSubscribed(deps, operation, variables, onItem, signal),
    close: async () => {
      closing.abort(new DOMException('The client was closed.', 'AbortError'));
      platform.close();
      await transport.close();
    },
  };
}
