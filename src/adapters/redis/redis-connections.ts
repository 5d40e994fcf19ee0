import { randomInt } from 'node:crypto';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../../observability/logger.js';

/** The connections of one process. None of them ever crashes it: what goes wrong is logged and retried. */
export interface RedisConnections {
  /** For short commands. Fails at once while Redis is away, and after {@link COMMAND_TIMEOUT_MS} when it is silent. */
  readonly commands: Redis;
  /** For subscriptions. Forgets them when the connection is lost: the event bus subscribes again. */
  readonly subscriber: Redis;
  /**
   * Opens a connection for BullMQ, which waits for Redis as long as it takes. Made eagerly: BullMQ is broken
   * for good when the first attempt of a lazy connection fails.
   */
  openJobs(): Redis;
  /**
   * Begins to connect, and goes on trying for ever.
   *
   * @returns whether every connection was ready within the time
   */
  connect(timeoutMs: number): Promise<boolean>;
  /** Ends all connections, politely where Redis still answers. Idempotent. */
  close(): Promise<void>;
}

/** Longest wait for the reply to a command, in milliseconds. */
const COMMAND_TIMEOUT_MS = 2_000;

const CONNECT_TIMEOUT_MS = 3_000;
const QUIT_TIMEOUT_MS = 1_000;
/** A connection that owes a reply and stays silent for this long is dead; longer than any blocking read. */
const SILENCE_TIMEOUT_MS = 30_000;
/** How often an idle subscription proves that its connection is alive. */
const PULSE_MS = 10_000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;

/**
 * Makes the connections to one Redis.
 *
 * @param url - `redis://` or `rediss://`, with credentials and database where needed
 * @param logger - told when a connection is lost and found, once each
 */
export function createRedisConnections(url: string, logger: Logger): RedisConnections {
  const open = (role: string, options: ConnectionOptions): Redis =>
    watch(new Redis(url, options), role, logger);
  const commands = open('commands', { ...SHORT, lazyConnect: true });
  const subscriber = open('subscriber', { ...SHORT, lazyConnect: true, autoResubscribe: false });
  const all = [commands, subscriber];
  const pulse = setInterval(() => void beat(subscriber), PULSE_MS).unref();
  return {
    commands,
    subscriber,
    openJobs() {
      const jobs = open('jobs', LASTING);
      all.push(jobs);
      return jobs;
    },
    async connect(timeoutMs) {
      const deadline = AbortSignal.timeout(timeoutMs);
      return (await Promise.all(all.map((redis) => becomeReady(redis, deadline)))).every(Boolean);
    },
    async close() {
      clearInterval(pulse);
      await Promise.all(all.map(end));
    },
  };
}

// The constructor's overloads depend on this one option, which is left at its default.
type ConnectionOptions = Omit<RedisOptions, 'replyMapping'>;

/** Full jitter over a doubling that is capped, so that many processes do not return in step. */
const retryDelayMs = (attempt: number): number =>
  FIRST_RETRY_MS + randomInt(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 16)));

const COMMON: ConnectionOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  retryStrategy: retryDelayMs,
  socketTimeout: SILENCE_TIMEOUT_MS,
  enableReadyCheck: true,
};

const SHORT: ConnectionOptions = {
  ...COMMON,
  commandTimeout: COMMAND_TIMEOUT_MS,
  enableOfflineQueue: false,
  // What was under way when the connection broke is refused, not repeated behind the caller's back.
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

const LASTING: ConnectionOptions = {
  ...COMMON,
  enableOfflineQueue: true,
  autoResendUnfulfilledCommands: true,
  maxRetriesPerRequest: null,
};

/** Without a listener for errors a lost connection would end the process. */
function watch(redis: Redis, role: string, logger: Logger): Redis {
  let isLost = false;
  redis.on('error', (err: Error) => {
    if (!isLost) logger.warn({ err, role }, 'redis connection lost');
    isLost = true;
  });
  redis.on('ready', () => {
    if (isLost) logger.info({ role }, 'redis connection found again');
    isLost = false;
  });
  return redis;
}

async function beat(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') return;
  // A connection that takes bytes and gives none back, as after a cable was cut, is replaced.
  await redis.ping().catch(() => {
    redis.disconnect(true);
  });
}

async function becomeReady(redis: Redis, deadline: AbortSignal): Promise<boolean> {
  // A first attempt that fails is logged and retried like any later one.
  if (redis.status === 'wait') redis.connect().catch(() => undefined);
  if (redis.status === 'ready') return true;
  return new Promise((resolve) => {
    const settle = (): void => {
      redis.off('ready', settle);
      deadline.removeEventListener('abort', settle);
      resolve(redis.status === 'ready');
    };
    redis.on('ready', settle);
    deadline.addEventListener('abort', settle);
  });
}

async function end(redis: Redis): Promise<void> {
  if (redis.status === 'ready') {
    const timer = setTimeout(() => {
      redis.disconnect();
    }, QUIT_TIMEOUT_MS);
    await redis.quit().catch(() => undefined);
    clearTimeout(timer);
  }
  redis.disconnect();
}
