import type { Logger } from './observability/logger.js';

/** A part of a process that is started and stopped. */
export interface Component {
  /** For log lines. */
  readonly name: string;
  /**
   * Resolves when the part does its work.
   *
   * @param signal - aborts when the process is told to stop before that
   */
  start?(signal: AbortSignal): Promise<void> | void;
  /**
   * Ends the part: politely until the signal aborts, then at once.
   *
   * @param signal - aborts after `stopTimeoutMs`
   */
  stop?(signal: AbortSignal): Promise<void> | void;
  /** How long a polite end may take, in milliseconds. @default 5000 */
  readonly stopTimeoutMs?: number;
}

/** Starts parts in order and stops them in reverse. */
export interface Lifecycle {
  /** Adds a part that is started after, and stopped before, those added earlier. Only before `start`. */
  add(component: Component): void;
  /**
   * Starts the parts one after the other. When one fails, or `stop` is called meanwhile, those that were
   * started are stopped again and the call throws.
   */
  start(): Promise<void>;
  /** Stops the started parts in reverse. Never throws; a part that hangs or fails is logged and passed over. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5_000;
/** What a part gets to notice that its time is over. */
const ABORT_GRACE_MS = 1_000;

/** Makes the lifecycle of one process. */
export function createLifecycle(logger: Logger): Lifecycle {
  const components: Component[] = [];
  const started: Component[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;
  const told = new AbortController();

  const startAll = async (): Promise<void> => {
    for (const component of components) {
      if (stopping) throw new Error(`Stopped before ${component.name} was started.`);
      // Counted before it runs: a start that fails half-way may have left something to end.
      started.push(component);
      await component.start?.(told.signal);
      logger.debug({ component: component.name }, 'started');
    }
  };

  const stopAll = async (): Promise<void> => {
    told.abort();
    await starting?.catch(() => undefined);
    await unwind(started, logger);
  };

  return {
    add(component) {
      if (starting) throw new Error(`${component.name} was added after the start.`);
      components.push(component);
    },
    async start() {
      starting ??= startAll();
      try {
        await starting;
      } catch (error) {
        await (stopping ??= unwind(started, logger));
        throw error;
      }
    },
    stop: () => (stopping ??= stopAll()),
  };
}

async function unwind(started: Component[], logger: Logger): Promise<void> {
  for (let component = started.pop(); component; component = started.pop()) {
    try {
      await stopInTime(component);
      logger.debug({ component: component.name }, 'stopped');
    } catch (err) {
      logger.error({ err, component: component.name }, 'did not stop as it should');
    }
  }
}

async function stopInTime(component: Component): Promise<void> {
  const limitMs = component.stopTimeoutMs ?? STOP_TIMEOUT_MS;
  const late = Promise.withResolvers<never>();
  const urging = new AbortController();
  const urge = setTimeout(() => {
    urging.abort();
  }, limitMs);
  const giveUp = setTimeout(() => {
    late.reject(new Error(`${component.name} was still running ${String(limitMs)} ms after it was to stop.`));
  }, limitMs + ABORT_GRACE_MS);
  try {
    await Promise.race([stopNow(component, urging.signal), late.promise]);
  } finally {
    clearTimeout(urge);
    clearTimeout(giveUp);
  }
}

/** Turns also what a `stop` throws at once into a rejection. */
async function stopNow(component: Component, signal: AbortSignal): Promise<void> {
  await component.stop?.(signal);
}
