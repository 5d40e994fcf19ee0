import type { Redis } from 'ioredis';
import { PermanentError, TransientError } from '../../domain/errors.js';

/**
 * Resolves when Redis answers and keeps what it is given. Asks INFO, because managed services forbid CONFIG.
 *
 * @throws TransientError when it does not answer
 * @throws PermanentError when it may evict keys: acknowledged jobs would vanish under memory pressure
 */
export async function checkRedis(redis: Redis): Promise<void> {
  const memory = await redis.info('memory').catch((cause: unknown) => {
    throw new TransientError('redis', 'Redis does not answer.', { cause });
  });
  const policy = /^maxmemory_policy:(\S+)/mu.exec(memory)?.[1] ?? 'unknown';
  if (policy !== 'noeviction') {
    throw new PermanentError('redis', `maxmemory-policy is ${policy}; it must be noeviction.`);
  }
}
