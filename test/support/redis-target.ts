import { parseRedisUrl, type RedisConfig } from '../../src/config/redis-config.js';

/** What a process would make of the URL. */
export function redisTarget(url: string): RedisConfig {
  const target = parseRedisUrl(url);
  if (!target) throw new Error('This is no URL of a Redis.');
  return target;
}
