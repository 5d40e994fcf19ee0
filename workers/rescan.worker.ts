import type { Component } from '../src/lifecycle.js';
import { forgetReading } from '../src/observability/describe-metric.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import type { Clock } from '../src/ports/clock.js';
import type { Maintenance } from '../src/ports/maintenance.js';
import type { RescanPlan } from '../src/usecases/rescan/plan-rescans.js';
import { createLoop } from './loop.js';

/** What the rescan worker needs. */
export interface RescanWorkerDeps {
  /** The use-case. */
  readonly planRescans: (limit: number, signal: AbortSignal) => Promise<RescanPlan>;
  readonly maintenance: Maintenance;
  readonly metrics: Pick<Metrics, 'rescansPending'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Copies that all workers together examine again in a minute. */
  readonly perMinute: number;
  /** Shortest time between two plans. */
  readonly intervalMs: number;
}

const MINUTE_MS = 60_000;

/** Plans examinations, of all workers one at a time, so that the rate is that of the whole installation. */
export const createRescanWorker = (deps: RescanWorkerDeps): Component =>
  createLoop('rescans', async (signal) => {
    const plan = toPlan(deps);
    while (!signal.aborted) {
      await planOnce(deps, plan, signal);
      await deps.clock.sleep(plan.intervalMs, signal);
    }
  });

interface Pace {
  readonly intervalMs: number;
  readonly limit: number;
}

/** At a rate below one for each interval the interval is longer. */
function toPlan({ perMinute, intervalMs }: RescanWorkerDeps): Pace {
  if (perMinute === 0) return { intervalMs, limit: 0 };
  const longMs = Math.max(intervalMs, MINUTE_MS / perMinute);
  return { intervalMs: longMs, limit: Math.max(1, Math.floor((perMinute * longMs) / MINUTE_MS)) };
}

async function planOnce(
  { planRescans, maintenance, metrics, logger }: RescanWorkerDeps,
  { intervalMs, limit }: Pace,
  signal: AbortSignal,
): Promise<void> {
  try {
    // A little less, so that the rounding of two clocks does not leave every second turn out.
    const lease = await maintenance.begin('rescan', intervalMs * 0.9);
    if (!lease) {
      // Another worker has planned since, and knows better.
      forgetReading(metrics.rescansPending);
      return;
    }
    try {
      const { planned, pending } = await planRescans(limit, signal);
      metrics.rescansPending.set(pending);
      if (planned > 0) logger.debug({ planned, pending }, 'examinations planned');
      await lease.finish();
    } finally {
      await lease.release();
    }
  } catch (err) {
    forgetReading(metrics.rescansPending);
    if (!signal.aborted) logger.debug({ err }, 'no examinations planned; the next turn comes');
  }
}
