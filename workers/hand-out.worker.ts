import type { Component } from '../src/lifecycle.js';
import type { Logger } from '../src/observability/logger.js';
import type { Clock } from '../src/ports/clock.js';
import type { EventBus } from '../src/ports/event-bus.js';
import type { HandOutReport } from '../src/usecases/hand-out.js';
import { createBell, ringOn } from '../src/usecases/wake.js';
import { createLoop } from './loop.js';

/** What handing out inspections needs. */
export interface HandOutWorkerDeps {
  /** The use-case. */
  readonly handOut: () => Promise<HandOutReport>;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Hands inspections out until it is stopped. */
export interface HandOutWorker extends Component {
  /** To be called when a job has left the queue. Costs nothing while nobody waits for room. */
  onRoom(): void;
}

/** Longest time that an inspection waits for its turn when its wake-up was lost, or after its delay. */
const POLL_MS = 500;
/** From one run to the next at least, so that a busy minute is handed out in lots. */
const PAUSE_MS = 20;
/** How long to wait when the database is away. */
const FAILED_PAUSE_MS = 1_000;

/** Hands out at once when something was committed or, while inspections wait, when the queue has room again. */
export function createHandOutWorker(deps: HandOutWorkerDeps): HandOutWorker {
  const { clock } = deps;
  const bell = createBell(deps);
  let isBacklogged = true;
  const loop = createLoop('hand-out', async (signal) => {
    const leave = await ringOn(deps, { kind: 'outbox' }, bell);
    let hasFailed = false;
    while (!signal.aborted) {
      const report = await attempt(deps, hasFailed);
      hasFailed = report === undefined;
      isBacklogged = report?.isBacklogged ?? true;
      await clock.sleep(hasFailed ? FAILED_PAUSE_MS : PAUSE_MS, signal);
      await bell.wait(POLL_MS, signal);
    }
    leave();
  });
  return {
    ...loop,
    onRoom() {
      if (isBacklogged) bell.ring();
    },
  };
}

async function attempt(
  { handOut, logger }: HandOutWorkerDeps,
  hasFailed: boolean,
): Promise<HandOutReport | undefined> {
  try {
    const report = await handOut();
    const { leftToSweeper, cause } = report;
    if (hasFailed) logger.info('inspections are handed out again');
    if (leftToSweeper > 0) {
      logger.warn({ err: cause, leftToSweeper }, 'the queue took no inspections; the sweeper will ask again');
    }
    return report;
  } catch (err) {
    if (!hasFailed) logger.error({ err }, 'inspections are not handed out; it goes on trying');
    return undefined;
  }
}
