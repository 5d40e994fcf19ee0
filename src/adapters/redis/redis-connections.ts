import { Redis } from 'ioredis';
import type { Logger } from '../../observability/logger.js';
import {
  openClient,
  openSubscriber,
  type ConnectionOptions,
  type RedisClient,
  type RedisTarget,
} from './redis-client.js';

/** The connections of one process. None of them ever crashes it: what goes wrong is logged and retried. */
export interface RedisConnections {
  /** For short commands. Fails at once while Redis is away, and after {@link COMMAND_TIMEOUT_MS} when it is silent. */
  readonly commands: RedisClient;
  /** For subscriptions. Forgets them when the connection is lost: the event bus subscribes again. */
  readonly subscriber: Redis;
  /**
   * Opens a connection for BullMQ, which waits for Redis as long as it takes. Made eagerly: BullMQ is broken
   * for good when the first attempt of a lazy connection fails.
   */
  openJobs(): RedisClient;
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
/** How often a connection proves that it is alive. */
const PULSE_MS = 10_000;

/**
 * Makes the connections to one Redis, to the master behind sentinels, or to a cluster.
 *
 * @param logger - told when a connection is lost and found, once each
 */
export function createRedisConnections(target: RedisTarget, logger: Logger): RedisConnections {
  const commands = watch(openClient(target, { ...SHORT, lazyConnect: true }), 'commands', logger);
  const listening = { ...SHORT, lazyConnect: true, autoResubscribe: false };
  const subscriber = watch(openSubscriber(target, listening, commands), 'subscriber', logger);
  const all: RedisClient[] = [commands, subscriber];
  const pulse = setInterval(() => {
    for (const redis of [commands, subscriber]) if (redis instanceof Redis) void beat(redis);
  }, PULSE_MS).unref();
  return {
    commands,
    subscriber,
    openJobs() {
      const jobs = watch(openClient(target, LASTING), 'jobs', logger);
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

const COMMON: ConnectionOptions = {
  connectTimeout: CONNECT_TIMEOUT_MS,
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
function watch<T extends RedisClient>(redis: T, role: string, logger: Logger): T {
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

async function becomeReady(redis: RedisClient, deadline: AbortSignal): Promise<boolean> {
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

async function end(redis: RedisClient): Promise<void> {
  if (redis.status === 'ready') {
    const timer = setTimeout(() => {
      redis.disconnect();
    }, QUIT_TIMEOUT_MS);
    await redis.quit().catch(() => undefined);
    clearTimeout(timer);
  }
  redis.disconnect();
}
