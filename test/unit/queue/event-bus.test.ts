import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { createRedisEventBus, type RedisEventBus } from '../../../src/adapters/redis/event-bus.js';
import { makeFileId, makeTenantId } from '../../support/make-job.js';

/** More than fit into two commands, and fewer than into three. */
const CHANNELS = 1_200;
const FIRST_PART = 500;

/** Listens to many channels over a connection that answers SUBSCRIBE as a test says, and remembers what it was told. */
async function listenToMany(answer: (channels: readonly string[]) => Promise<unknown>) {
  const subscribed: string[] = [];
  let isLost = false;
  const subscriber = Object.assign(new EventEmitter(), {
    subscribe: async (...channels: string[]) => {
      if (isLost) await answer(channels);
      subscribed.push(...channels);
    },
    unsubscribe: () => Promise.resolve(),
  }) as unknown as Redis;
  const commands = new EventEmitter() as unknown as Redis;
  const bus: RedisEventBus = createRedisEventBus({ commands, subscriber, logger: pino({ level: 'silent' }) });
  const woken = vi.fn<() => void>();
  const tenantId = makeTenantId();
  const topics = Array.from(
    { length: CHANNELS },
    () => ({ kind: 'progress', tenantId, fileId: makeFileId() }) as const,
  );
  const leave = await Promise.all(topics.map((topic) => bus.listen(topic, woken)));
  return {
    leave,
    woken,
    reconnect: async (listeners: number): Promise<readonly string[]> => {
      subscribed.length = 0;
      isLost = true;
      subscriber.emit('ready');
      await vi.waitFor(() => {
        expect(woken).toHaveBeenCalledTimes(listeners);
      });
      return subscribed;
    },
  };
}

it('a part of the subscriptions that is refused after a reconnect costs the others nothing', async () => {
  let parts = 0;
  const { reconnect } = await listenToMany(() => {
    parts += 1;
    return parts === 1 ? Promise.reject(new Error('Command timed out')) : Promise.resolve();
  });
  expect(await reconnect(CHANNELS)).toHaveLength(CHANNELS - FIRST_PART);
});

it('a channel that is left while others are subscribed to again stays left', async () => {
  const { leave, reconnect } = await listenToMany(() => {
    leave.at(-1)?.();
    return Promise.resolve();
  });
  expect(await reconnect(CHANNELS - 1)).toHaveLength(CHANNELS - 1);
});
