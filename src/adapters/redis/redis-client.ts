import { randomInt } from 'node:crypto';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { connectToAnyNode, type NodeAddress } from './node-connector.js';

/** A client of one Redis, of a master behind sentinels, or of a cluster. All take the same commands. */
export type RedisClient = Redis | Cluster;

interface Login {
  readonly username?: string;
  readonly password?: string;
}

/** Which Redis to connect to. */
export type RedisTarget =
  | { readonly kind: 'single'; readonly url: string }
  | (Login & {
      readonly kind: 'sentinel';
      readonly nodes: readonly NodeAddress[];
      readonly master: string;
      readonly database: number;
      readonly isEncrypted: boolean;
      readonly sentinelLogin: Login;
    })
  | (Login & {
      readonly kind: 'cluster';
      readonly nodes: readonly NodeAddress[];
      readonly isEncrypted: boolean;
    });

type SentinelTarget = Extract<RedisTarget, { kind: 'sentinel' }>;
type ClusterTarget = Extract<RedisTarget, { kind: 'cluster' }>;

/** What goes for every connection of a client. The constructor's overloads depend on the one that is left out. */
export type ConnectionOptions = Omit<RedisOptions, 'replyMapping' | 'retryStrategy'>;

const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;
/** How often the shape of a cluster is asked for without a reason. */
const REFRESH_MS = 5_000;
/** Longest wait for a node to tell that shape. */
const REFRESH_TIMEOUT_MS = 2_000;
/** Before a command is given up that is sent from node to node while a cluster elects a master. */
const MAX_REDIRECTIONS = 16;
const REDIRECTION_DELAY_MS = 100;
/** What ioredis understands after an error. */
const RECONNECT = 1;
const RECONNECT_AND_RESEND = 2;

/** Full jitter over a doubling that is capped, so that many processes do not return in step. */
const retryDelayMs = (attempt: number): number =>
  FIRST_RETRY_MS + randomInt(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 16)));

/** Opens a client for commands. */
export function openClient(target: RedisTarget, options: ConnectionOptions): RedisClient {
  switch (target.kind) {
    case 'single':
      return new Redis(target.url, { ...options, retryStrategy: retryDelayMs });
    case 'sentinel':
      return new Redis({ ...options, ...sentinelOptions(target, options) });
    case 'cluster':
      return new Cluster([...target.nodes], clusterOptions(target, options));
  }
}

/**
 * Opens a connection for subscriptions, which tells by its events when it was lost and found: a cluster's client
 * moves its own subscription to another node without a word, and what was published meanwhile would be missed.
 *
 * @param commands - of the same target; knows which nodes a cluster has by now
 */
export function openSubscriber(
  target: RedisTarget,
  options: ConnectionOptions,
  commands: RedisClient,
): Redis {
  if (target.kind !== 'cluster') return openClient(target, options) as Redis;
  const known = (): readonly NodeAddress[] => {
    const nodes = commands instanceof Cluster ? commands.nodes('all') : [];
    const found = nodes.map(({ options: { host = '', port = 0 } }) => ({ host, port }));
    return found.length > 0 ? found : target.nodes;
  };
  const pick = (): NodeAddress => anyOf(known());
  const Connector = connectToAnyNode(pick, target.isEncrypted);
  return new Redis({ ...options, ...loginOf(target), Connector, retryStrategy: retryDelayMs });
}

function anyOf(nodes: readonly NodeAddress[]): NodeAddress {
  const node = nodes[randomInt(nodes.length)];
  if (!node) throw new Error('A cluster has no nodes.');
  return node;
}

const loginOf = ({ username, password }: Login): Login => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
});

const sentinelOptions = (target: SentinelTarget, options: ConnectionOptions) => ({
  sentinels: target.nodes.map(({ host, port }) => ({ host, port })),
  name: target.master,
  db: target.database,
  ...loginOf(target),
  ...(target.isEncrypted ? { tls: {}, enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  ...(target.sentinelLogin.username === undefined ? {} : { sentinelUsername: target.sentinelLogin.username }),
  ...(target.sentinelLogin.password === undefined ? {} : { sentinelPassword: target.sentinelLogin.password }),
  sentinelCommandTimeout: options.connectTimeout ?? REFRESH_TIMEOUT_MS,
  sentinelRetryStrategy: retryDelayMs,
  retryStrategy: retryDelayMs,
  // It may end a client for good: told of a failover while the client looks for the new master, it stops that search.
  failoverDetector: false,
  // One that was master may be asked to write before it has closed its connections.
  reconnectOnError: (error: Error) =>
    error.message.includes('READONLY') &&
    (options.autoResendUnfulfilledCommands === true ? RECONNECT_AND_RESEND : RECONNECT),
});

const clusterOptions = (target: ClusterTarget, options: ConnectionOptions) => {
  const { lazyConnect = false, enableOfflineQueue = true, ...ofNodes } = options;
  return {
    lazyConnect,
    enableOfflineQueue,
    enableReadyCheck: true,
    scaleReads: 'master' as const,
    clusterRetryStrategy: retryDelayMs,
    maxRedirections: MAX_REDIRECTIONS,
    retryDelayOnFailover: REDIRECTION_DELAY_MS,
    retryDelayOnClusterDown: REDIRECTION_DELAY_MS,
    retryDelayOnTryAgain: REDIRECTION_DELAY_MS,
    slotsRefreshInterval: REFRESH_MS,
    slotsRefreshTimeout: REFRESH_TIMEOUT_MS,
    shardedSubscribers: false,
    redisOptions: { ...ofNodes, ...loginOf(target), ...(target.isEncrypted ? { tls: {} } : {}) },
  };
};
