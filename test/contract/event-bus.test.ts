import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createMemoryEventBus } from '../support/memory-event-bus.js';
import { openRedisBus } from '../support/open-redis-bus.js';
import { describeEventBus } from './event-bus.js';

describeEventBus('in memory', () => {
  const bus = createMemoryEventBus();
  return Promise.resolve({
    bus,
    peer: bus,
    channelCount: () => Promise.resolve(bus.channelCount()),
    close: () => Promise.resolve(),
  });
});

describeEventBus('redis', async () => {
  const url = inject('services').redisUrl;
  const prefix = randomUUID();
  const [here, there] = await Promise.all([openRedisBus(url, prefix), openRedisBus(url, prefix)]);
  return {
    bus: here.bus,
    peer: there.bus,
    // As the server sees it, and not only as the adapter remembers it.
    channelCount: async () => (await here.connections.commands.pubsub('CHANNELS', `${prefix}:*`)).length,
    close: async () => {
      await Promise.all([here.connections.close(), there.connections.close()]);
    },
  };
});
