import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Redis } from 'ioredis';
import { TransientError } from '../../domain/errors.js';
import type { Logger } from '../../observability/logger.js';
import type { EventBus, Topic } from '../../ports/event-bus.js';
import { checkRedis } from './check-redis.js';
import { guardSubscriber } from './guard-subscriber.js';
import type { RedisClient } from './redis-client.js';
import { createWakePublisher } from './wake-publisher.js';

/** What the bus is made of. */
export interface RedisEventBusDeps {
  /** Must fail at once while Redis is away. */
  readonly commands: RedisClient;
  /** Used for nothing else, and without `autoResubscribe`. */
  readonly subscriber: Redis;
  readonly logger: Logger;
  /** First part of every channel's name. @default `lazaret` */
  readonly prefix?: string;
}

/** A bus that also tells how much it holds. */
export interface RedisEventBus extends EventBus {
  /** Channels that somebody in this process listens to. */
  channelCount(): number;
}

interface Channel {
  readonly listeners: Set<() => void>;
  readonly subscription: Promise<number>;
}

/** Channels in one SUBSCRIBE, so that a process with many listeners does not block the others. */
const SUBSCRIBE_BATCH = 500;

/**
 * The bus over Redis publish and subscribe: one channel for each topic, subscribed to once per process
 * however many listen. `RedisPubSub` is used with callbacks alone, because the queue behind its iterator
 * is not bounded. Messages carry nothing.
 */
export function createRedisEventBus(deps: RedisEventBusDeps): RedisEventBus {
  const { commands, subscriber, logger, prefix = 'lazaret' } = deps;
  const report = (err: unknown): void => {
    logger.debug({ err }, 'redis refused a subscription, which is repeated when it is back');
  };
  const pubsub = new RedisPubSub({ publisher: commands, subscriber: guardSubscriber(subscriber, report) });
  const publisher = createWakePublisher((channel) => pubsub.publish(channel, 1));
  const channels = new Map<string, Channel>();

  commands.on('ready', publisher.sendOwed);
  subscriber.on('ready', () => void restore(subscriber, channels, report));

  return {
    wake(topic) {
      publisher.send(channelOf(prefix, topic));
    },
    async listen(topic, listener) {
      const name = channelOf(prefix, topic);
      const channel = channels.get(name) ?? openChannel(pubsub, name);
      channels.set(name, channel);
      // A function of its own for each call: the same listener may be given twice and leave once.
      const own = (): void => {
        listener();
      };
      channel.listeners.add(own);
      const id = await channel.subscription;
      return () => {
        if (!channel.listeners.delete(own) || channel.listeners.size > 0) return;
        channels.delete(name);
        pubsub.unsubscribe(id);
      };
    },
    async check() {
      if (subscriber.status !== 'ready') {
        throw new TransientError('redis', 'The subscription is not connected.');
      }
      await checkRedis(commands);
    },
    channelCount: () => channels.size,
  };
}

function openChannel(pubsub: RedisPubSub, name: string): Channel {
  const listeners = new Set<() => void>();
  const subscription = pubsub.subscribe(name, () => {
    wakeAll(listeners);
  });
  return { listeners, subscription };
}

/**
 * Subscribes to everything again, and only then wakes everybody once: what came in between is read by them. A part that is
 * refused is no reason to leave out the others.
 */
async function restore(
  subscriber: Redis,
  channels: ReadonlyMap<string, Channel>,
  report: (err: unknown) => void,
): Promise<void> {
  const names = [...channels.keys()];
  for (let start = 0; start < names.length; start += SUBSCRIBE_BATCH) {
    // Nobody would ever end the subscription of a channel that was left meanwhile.
    const wanted = names.slice(start, start + SUBSCRIBE_BATCH).filter((name) => channels.has(name));
    if (wanted.length > 0) await subscriber.subscribe(...wanted).catch(report);
  }
  for (const { listeners } of channels.values()) wakeAll(listeners);
}

const wakeAll = (listeners: ReadonlySet<() => void>): void => {
  for (const listener of [...listeners]) listener();
};

function channelOf(prefix: string, topic: Topic): string {
  switch (topic.kind) {
    case 'outbox':
      return `${prefix}:outbox`;
    case 'events':
      return `${prefix}:events:${topic.tenantId}`;
    case 'progress':
    case 'lock':
      return `${prefix}:${topic.kind}:${topic.tenantId}:${topic.fileId}`;
  }
}
