import { Cluster, type Redis } from 'ioredis';
import { PermanentError, TransientError } from '../../domain/errors.js';
import type { RedisClient } from './redis-client.js';

const ALL_SLOTS = 16_384;

/**
 * Resolves when Redis answers and keeps what it is given; of a cluster, when every master does and no key is out of
 * reach. Asks INFO, because managed services forbid CONFIG.
 *
 * @throws TransientError when it does not answer
 * @throws PermanentError when it may evict keys: acknowledged jobs would vanish under memory pressure
 */
export async function checkRedis(redis: RedisClient): Promise<void> {
  await Promise.all((await mastersOf(redis)).map(checkNode));
}

async function mastersOf(redis: RedisClient): Promise<readonly Redis[]> {
  if (!(redis instanceof Cluster)) return [redis];
  const masters = redis.nodes('master');
  const [first] = masters;
  if (!first) throw new TransientError('redis', 'The cluster is not connected.');
  const info = await first.cluster('INFO').catch(refuse);
  const slots = Number(/^cluster_slots_ok:(\d+)/mu.exec(info)?.[1]);
  if (!/^cluster_state:ok/mu.test(info) || slots !== ALL_SLOTS) {
    throw new TransientError('redis', 'Some keys of the cluster are out of reach.');
  }
  return masters;
}

async function checkNode(node: Redis): Promise<void> {
  const memory = await node.info('memory').catch(refuse);
  const policy = /^maxmemory_policy:(\S+)/mu.exec(memory)?.[1] ?? 'unknown';
  if (policy !== 'noeviction') {
    throw new PermanentError('redis', `maxmemory-policy is ${policy}; it must be noeviction.`);
  }
}

function refuse(cause: unknown): never {
  throw new TransientError('redis', 'Redis does not answer.', { cause });
}
