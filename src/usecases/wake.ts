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

/**
 * Listens to a topic. The buffer between the bus and a slow subscriber is one bit, so that nothing can
 * grow. When the bus is down the wait simply takes its time-out.
 */
export async function createWake(deps: { bus: EventBus; clock: Clock }, topic: Topic): Promise<Wake> {
  let isRinging = false;
  let isClosed = false;
  let wakeUp = (): void => undefined;
  const listening = deps.bus.listen(topic, () => {
    isRinging = true;
    wakeUp();
  });
  const stopped = listening.catch(() => (): void => undefined);
  await Promise.race([stopped, deps.clock.sleep(LISTEN_TIMEOUT_MS)]);

  return {
    wait: async (timeoutMs, signal) => {
      if (!isRinging && !isClosed) {
        const rung = new AbortController();
        wakeUp = () => {
          rung.abort('rung');
        };
        await deps.clock.sleep(timeoutMs, AbortSignal.any([signal, rung.signal]));
      }
      isRinging = false;
    },
    close: () => {
      isClosed = true;
      wakeUp();
      void stopped.then((stop) => {
        stop();
      });
    },
  };
}
