import { pino } from 'pino';
import { createRedisEventBus, type RedisEventBus } from '../../src/adapters/redis/event-bus.js';
import { createRedisConnections, type RedisConnections } from '../../src/adapters/redis/redis-connections.js';
import { redisTarget } from './redis-target.js';

const CONNECT_TIMEOUT_MS = 5_000;

/** A bus on connections of its own, as a process has it. */
export async function openRedisBus(
  url: string,
  prefix: string,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
): Promise<{ bus: RedisEventBus; connections: RedisConnections }> {
  const logger = pino({ level: 'silent' });
  const connections = createRedisConnections(redisTarget(url), logger);
  const { commands, subscriber } = connections;
  const bus = createRedisEventBus({ commands, subscriber, logger, prefix });
  await connections.connect(connectTimeoutMs);
  return { bus, connections };
}
