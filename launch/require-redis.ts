import { Redis } from 'ioredis';
import { StartError } from './start-error.js';

const TIMEOUT_MS = 5_000;

/**
 * Asks the operator's Redis for an answer, once: processes that run wait for theirs as long as it takes, and a
 * wrong address would look like an outage.
 *
 * @throws StartError with the reason, without the password
 */
export async function requireRedis(url: string): Promise<void> {
  const options = { lazyConnect: true, connectTimeout: TIMEOUT_MS, commandTimeout: TIMEOUT_MS };
  const redis = new Redis(url, { ...options, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let reason: unknown;
  redis.on('error', (error) => {
    reason ??= error;
  });
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
