import type { Clock } from '../ports/clock.js';
import type { EventBus, Topic } from '../ports/event-bus.js';

/** Longest wait for the bus before a subscription goes on by polling alone. */
const LISTEN_TIMEOUT_MS = 500;

/** A wake-up call that remembers at most one ring, however often the bus rings. */
export interface Wake {
  /** Resolves when the topic was woken since the last wait, after the time-out, or when the signal aborts. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** A wake-up call that is rung by hand. */
export interface Bell extends Wake {
  ring(): void;
}

/** Makes a bell; `close` ends whoever waits. */
export function createBell({ clock }: { readonly clock: Clock }): Bell {
  let isRinging = false;
  let wakeUp = (): void => undefined;
  const ring = (): void => {
    isRinging = true;
    wakeUp();
  };
  return {
    ring,
    wait: async (timeoutMs, signal) => {
      if (!isRinging) {
        const rung = new AbortController();
        wakeUp = () => {
          rung.abort('rung');
        };
        await clock.sleep(timeoutMs, AbortSignal.any([signal, rung.signal]));
      }
      isRinging = false;
    },
    close: ring,
  };
}

/**
 * Listens to a topic. The buffer between the bus and a slow subscriber is one bit, so that nothing can
 * grow. When the bus is down the wait simply takes its time-out.
 */
export async function createWake(deps: { bus: EventBus; clock: Clock }, topic: Topic): Promise<Wake> {
  const bell = createBell(deps);
  const leave = await ringOn(deps, topic, bell);
  return {
    wait: (timeoutMs, signal) => bell.wait(timeoutMs, signal),
    close: () => {
      bell.close();
      leave();
    },
  };
}

/**
 * Rings a bell with every wake-up of a topic; goes on without the bus when that takes too long to listen.
 *
 * @returns a function that ends it
 */
export async function ringOn(
  { bus, clock }: { bus: EventBus; clock: Clock },
  topic: Topic,
  bell: Bell,
): Promise<() => void> {
  const stopped = bus
    .listen(topic, () => {
      bell.ring();
    })
    .catch(() => (): void => undefined);
  await Promise.race([stopped, clock.sleep(LISTEN_TIMEOUT_MS)]);
  return () => {
    void stopped.then((stop) => {
      stop();
    });
  };
}
