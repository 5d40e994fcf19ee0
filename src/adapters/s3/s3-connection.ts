import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import { Client } from 'minio';
import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { PermanentError, TransientError } from '../../domain/errors.js';
import { DEPENDENCY, isWorthRepeating, NoAnswerError, toStoreError } from './s3-error.js';

/** How to reach a store. */
export interface S3Endpoint {
  /** `http://host:port` or `https://host`, without a path. */
  readonly endpoint: URL;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/** How long the store may take. */
export interface S3Timeouts {
  /** One call without a body of ours, in milliseconds. @default 10000 */
  readonly callMs: number;
  /** Putting the parts of an upload together. @default 300000 */
  readonly finishMs: number;
  /** Longest time without a byte moving while the store is the one to act. @default 30000 */
  readonly stallMs: number;
}

/** The way to one store: calls that end, and raw requests. */
export interface S3Connection {
  readonly timeouts: S3Timeouts;
  /**
   * Makes calls through the client: again, a few times, when they fail at once for a reason that may pass, and
   * never for longer than the deadline each. The work must be safe to repeat. Throws `TransientError` and
   * `PermanentError`.
   */
  call<T>(
    signal: AbortSignal | undefined,
    work: (client: Client) => Promise<T>,
    deadlineMs?: number,
  ): Promise<T>;
  /**
   * Like `call`, over connections of their own: what is opened holds one for as long as its reader takes, and the slowest
   * readers must not be in the way of any other call.
   */
  open<T>(signal: AbortSignal | undefined, work: (client: Client) => Promise<T>): Promise<T>;
  /** Repeats work that failed with `TransientError` before it had an effect, unless it failed by its deadline. */
  retry<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** A URL that carries its own signature, for a request that the client cannot stream. */
  presign(bucket: string, key: string, query: Record<string, string>): Promise<string>;
  /** Opens a request to a signed URL, over connections of its own for the same reason. */
  request(url: string, options: http.RequestOptions): http.ClientRequest;
}

const MAX_RETRIES = 2;
const RETRY_BASE_MS = 100;
const RETRY_MAX_MS = 1_000;
/** Connections for calls at a time; further calls wait for one within their deadline. */
const MAX_CALLING = 256;
/**
 * Connections for what is sent, and as many for what is read. Each is held for as long as somebody takes who may be slow,
 * and whoever had to wait for one would take the store for lost: as many as one process has clients.
 */
const MAX_STREAMING = 8_192;
const IDLE_CONNECTION_MS = 10_000;
/** Life of a signed URL that is used at once. */
const PRESIGN_TTL_SECONDS = 900;
/** Statuses whose body the client leaves unread. */
const UNREAD_STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 520]);

/** Opens the way to a store. Connects when first used. */
export function createS3Connection(target: S3Endpoint, timeouts: S3Timeouts): S3Connection {
  const { endpoint } = target;
  if (endpoint.pathname !== '/') {
    throw new PermanentError(DEPENDENCY, 'The S3 endpoint must not have a path.');
  }
  const module = endpoint.protocol === 'https:' ? https : http;
  const makeAgent = (maxSockets: number): http.Agent =>
    new module.Agent({ keepAlive: true, maxSockets, timeout: IDLE_CONNECTION_MS });
  const sender = makeAgent(MAX_STREAMING);
  const signals = new AsyncLocalStorage<AbortSignal>();
  const transport = createTransport(module, signals);
  const client = createClient(target, makeAgent(MAX_CALLING), transport);
  const opener = createClient(target, makeAgent(MAX_STREAMING), transport);
  const policy = retry(handleType(TransientError, isWorthRepeating), {
    maxAttempts: MAX_RETRIES,
    backoff: new ExponentialBackoff({ initialDelay: RETRY_BASE_MS, maxDelay: RETRY_MAX_MS }),
  });
  const repeat: S3Connection['retry'] = async (signal, work) => {
    signal?.throwIfAborted();
    try {
      return await policy.execute(work, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
  const callThrough =
    (way: Client): S3Connection['call'] =>
    (signal, work, deadlineMs = timeouts.callMs) =>
      repeat(signal, () => withDeadline(signal, deadlineMs, (limit) => signals.run(limit, () => work(way))));
  return {
    timeouts,
    retry: repeat,
    call: callThrough(client),
    open: callThrough(opener),
    presign: (bucket, key, query) => client.presignedUrl('PUT', bucket, key, PRESIGN_TTL_SECONDS, query),
    request: (url, options) => module.request(url, { ...options, agent: sender }),
  };
}

const createClient = (
  { endpoint, accessKey, secretKey, region }: S3Endpoint,
  transportAgent: http.Agent,
  transport: Pick<typeof http, 'request'>,
): Client =>
  new Client({
    endPoint: endpoint.hostname,
    ...(endpoint.port !== '' && { port: Number(endpoint.port) }),
    useSSL: endpoint.protocol === 'https:',
    accessKey,
    secretKey,
    region,
    pathStyle: true,
    transportAgent,
    transport,
    // Its retries print to the console and cannot be cancelled.
    retryOptions: { disableRetry: true },
  });

/** The client takes no signals: what it sends inherits the signal of the call that it is made in. */
function createTransport(
  module: typeof http | typeof https,
  signals: AsyncLocalStorage<AbortSignal>,
): Pick<typeof http, 'request'> {
  const request = (options: http.RequestOptions, listener: (response: http.IncomingMessage) => void) => {
    const signal = signals.getStore();
    return module.request({ ...options, ...(signal && { signal }) }, (response) => {
      listener(response);
      // Unread, it would hold its connection for ever.
      if (UNREAD_STATUSES.has(response.statusCode ?? 0)) response.resume();
    });
  };
  return { request: request as typeof http.request };
}

async function withDeadline<T>(
  signal: AbortSignal | undefined,
  deadlineMs: number,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(new NoAnswerError());
  }, deadlineMs);
  try {
    return await work(signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal);
  } catch (error) {
    signal?.throwIfAborted();
    deadline.signal.throwIfAborted();
    throw toStoreError(error);
  } finally {
    clearTimeout(timer);
  }
}
