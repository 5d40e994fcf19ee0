import { randomInt } from 'node:crypto';
import { QUOTA_DIMENSIONS } from '../src/domain/quota.js';
import type { Component } from '../src/lifecycle.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import type { Clock } from '../src/ports/clock.js';
import type { Maintenance } from '../src/ports/maintenance.js';
import type { CollectReport, CollectRun } from '../src/usecases/collect-orphans.js';
import type { ReconcileReport } from '../src/usecases/reconcile-quotas.js';
import { createLoop } from './loop.js';

/** What the collect worker needs. */
export interface CollectWorkerDeps {
  /** The use-cases. */
  readonly collect: (run: CollectRun) => Promise<CollectReport>;
  readonly reconcile: (run: { readonly signal: AbortSignal }) => Promise<ReconcileReport>;
  readonly maintenance: Maintenance;
  readonly metrics: Pick<
    Metrics,
    | 'orphansFound'
    | 'orphansRemoved'
    | 'orphanBytesRemoved'
    | 'foreignObjects'
    | 'collectorLastRun'
    | 'quotaDrift'
  >;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From the end of one run to the next, whichever process does it. */
  readonly intervalMs: number;
  /** How long bytes stay that nobody refers to. */
  readonly minAgeMs: number;
}

/** Longest time between two looks whether the work is due. */
const LOOK_MS = 60_000;

/** Collects orphans and checks quotas, of all workers one at a time. */
export const createCollectWorker = (deps: CollectWorkerDeps): Component =>
  createLoop('collector', async (signal) => {
    const lookMs = Math.min(deps.intervalMs, LOOK_MS);
    while (!signal.aborted) {
      await runWhenDue(deps, signal);
      await deps.clock.sleep(randomInt(Math.ceil(lookMs * 0.8), Math.ceil(lookMs * 1.2)), signal);
    }
  });

async function runWhenDue(deps: CollectWorkerDeps, signal: AbortSignal): Promise<void> {
  const { maintenance, intervalMs, logger } = deps;
  try {
    const lease = await maintenance.begin('collector', intervalMs);
    if (!lease) return;
    try {
      const isComplete = await runOnce(deps, signal, () => lease.renew());
      if (isComplete && !signal.aborted) await lease.finish();
    } finally {
      await lease.release();
    }
  } catch (err) {
    if (!signal.aborted) logger.warn({ err }, 'the collector failed; it tries again later');
  }
}

async function runOnce(
  deps: CollectWorkerDeps,
  signal: AbortSignal,
  goOn: () => Promise<boolean>,
): Promise<boolean> {
  const { collect, reconcile, clock, metrics, logger, minAgeMs } = deps;
  const unchangedSince = new Date(clock.now().getTime() - minAgeMs);
  const report = await collect({ unchangedSince, signal, goOn });
  show(metrics, report);
  const { kinds, kept, foreign, cause } = report;
  if (cause !== undefined) logger.warn({ err: cause, kinds }, 'not every orphan could be removed');
  logger.info({ kinds, kept, foreign }, 'collected orphans');
  const { corrected, drift, failed, ...usage } = await reconcile({ signal });
  for (const dimension of QUOTA_DIMENSIONS) metrics.quotaDrift[dimension].inc(drift[dimension]);
  if (corrected > 0) logger.error({ corrected, drift }, 'usage differed from the files and was corrected');
  if (failed > 0) logger.warn({ err: usage.cause, failed }, 'the usage of tenants could not be compared');
  if (report.isComplete) metrics.collectorLastRun.set(clock.now().getTime() / 1000);
  return report.isComplete;
}

function show(metrics: CollectWorkerDeps['metrics'], { kinds, foreign }: CollectReport): void {
  for (const [kind, { found, removed, removedBytes }] of Object.entries(kinds)) {
    metrics.orphansFound.inc({ kind }, found);
    metrics.orphansRemoved.inc({ kind }, removed);
    metrics.orphanBytesRemoved.inc({ kind }, removedBytes);
  }
  metrics.foreignObjects.set(foreign);
}
