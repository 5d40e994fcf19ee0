import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../src/config/redis-config.js';
import { StartError } from './start-error.js';

const TIMEOUT_MS = 5_000;
const NEVER = (): null => null;

/**
 * Asks the operator's Redis for an answer, once: processes that run wait for theirs as long as it takes, and a
 * wrong address would look like an outage.
 *
 * @throws StartError with the reason, without the password
 */
export async function requireRedis(config: RedisConfig): Promise<void> {
  const redis = open(config);
  let reason: unknown;
  // A cluster says of its nodes what went wrong, and of itself only that it did.
  for (const event of ['node error', 'error']) {
    redis.on(event, (error) => {
      reason ??= error;
    });
  }
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    const cause = reason ?? error;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The Redis of REDIS_URL cannot be used: ${said}`, { cause });
  } finally {
    redis.disconnect();
  }
}

const ONCE = { connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS, maxRetriesPerRequest: 0 };

function open(config: RedisConfig): Redis | Cluster {
  const lazyConnect = true;
  if (config.kind === 'single') return new Redis(config.url, { ...ONCE, lazyConnect, retryStrategy: NEVER });
  const { username, password } = config;
  const login = { ...(username && { username }), ...(password && { password }) };
  const tls = config.isEncrypted ? { tls: {} } : {};
  if (config.kind === 'cluster') {
    const redisOptions = { ...ONCE, ...login, ...tls };
    return new Cluster([...config.nodes], { lazyConnect, clusterRetryStrategy: NEVER, redisOptions });
  }
  const { username: sentinelUsername, password: sentinelPassword } = config.sentinelLogin;
  return new Redis({
    ...{ ...ONCE, ...login, ...tls, lazyConnect, retryStrategy: NEVER, sentinelRetryStrategy: NEVER },
    ...{ sentinels: [...config.nodes], name: config.master, db: config.database },
    ...{ sentinelCommandTimeout: TIMEOUT_MS },
    ...(config.isEncrypted ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    ...(sentinelUsername && { sentinelUsername }),
    ...(sentinelPassword && { sentinelPassword }),
  });
}
