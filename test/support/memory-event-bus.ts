import type { EventBus, Topic } from '../../src/ports/event-bus.js';

/** An event bus within one process. */
export interface MemoryEventBus extends EventBus {
  /** Topics that somebody listens to. */
  channelCount(): number;
  /** Every topic that was woken, in order. */
  readonly woken: readonly Topic[];
}

/** Makes a bus that delivers at the next turn of the event loop, as a real one never does within the call. */
export function createMemoryEventBus(): MemoryEventBus {
  const channels = new Map<string, Set<() => void>>();
  const woken: Topic[] = [];
  return {
    woken,
    wake(topic) {
      woken.push(topic);
      setImmediate(() => {
        for (const listener of [...(channels.get(JSON.stringify(topic)) ?? [])]) listener();
      });
    },
    listen: (topic, listener) => {
      const key = JSON.stringify(topic);
      const listeners = channels.get(key) ?? new Set();
      channels.set(key, listeners);
      const own = (): void => listener();
      listeners.add(own);
      return Promise.resolve(() => {
        if (listeners.delete(own) && listeners.size === 0) channels.delete(key);
      });
    },
    check: () => Promise.resolve(),
    channelCount: () => channels.size,
  };
}
