import type { Redis } from 'ioredis';

/**
 * Shows a connection to `RedisPubSub` so that a refused SUBSCRIBE or UNSUBSCRIBE harms nobody. The library
 * leaves the promises of both alone, and an unhandled rejection ends the process. A refusal is no loss:
 * whatever is listened to is subscribed again as soon as the connection is ready.
 *
 * @param onRefused - told of every refusal
 */
export function guardSubscriber(redis: Redis, onRefused: (error: unknown) => void): Redis {
  const subscribe = async (channel: string, done: (error: null) => void): Promise<void> => {
    await redis.subscribe(channel).catch(onRefused);
    done(null);
  };
  const unsubscribe = (channel: string): Promise<unknown> => redis.unsubscribe(channel).catch(onRefused);
  // Patterns are never subscribed to, so there is nothing to end.
  const punsubscribe = (): Promise<unknown> => Promise.resolve();
  const replaced: Record<PropertyKey, unknown> = { subscribe, unsubscribe, punsubscribe };
  return new Proxy(redis, {
    get(target, property) {
      const value: unknown = replaced[property] ?? Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
