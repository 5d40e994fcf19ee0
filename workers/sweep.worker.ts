import { randomInt } from 'node:crypto';
import type { Component } from '../src/lifecycle.js';
import type { Logger } from '../src/observability/logger.js';
import type { Clock } from '../src/ports/clock.js';
import type { SweepReport } from '../src/usecases/sweep.js';
import type { QuarantineSweepReport } from '../src/usecases/quarantine/sweep-quarantine.js';
import { createLoop } from './loop.js';

/** What the sweep worker needs. */
export interface SweepWorkerDeps {
  /** The use-cases. */
  readonly sweep: (signal: AbortSignal) => Promise<SweepReport>;
  readonly sweepQuarantine: (signal: AbortSignal) => Promise<QuarantineSweepReport>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From the end of one run to the next, give or take a fifth. */
  readonly intervalMs: number;
}

/** Sweeps at intervals with jitter, so that several processes do not sweep in step. The first run is at once. */
export const createSweepWorker = (deps: SweepWorkerDeps): Component =>
  createLoop('sweeper', async (signal) => {
    while (!signal.aborted) {
      await runOnce(deps, signal);
      await deps.clock.sleep(
        randomInt(Math.ceil(deps.intervalMs * 0.8), Math.ceil(deps.intervalMs * 1.2)),
        signal,
      );
    }
  });

async function runOnce(
  { sweep, sweepQuarantine, logger }: SweepWorkerDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    report(logger, await sweep(signal));
    report(logger, await sweepQuarantine(signal));
  } catch (err) {
    logger.error({ err }, 'sweep failed');
  }
}

function report(logger: Logger, counts: SweepReport | QuarantineSweepReport): void {
  for (const [work, { done, failed, cause }] of Object.entries(counts)) {
    if (failed > 0) logger.warn({ err: cause as unknown, work, done, failed }, 'swept with failures');
    else if (done > 0) logger.debug({ work, done }, 'swept');
  }
}
