import { DEAD_LETTER_CAUSES } from '../src/domain/dead-letter.js';
import type { Component } from '../src/lifecycle.js';
import type { Logger } from '../src/observability/logger.js';
import type { Metrics } from '../src/observability/metrics.js';
import type { BacklogCounts, QuarantineCounts } from '../src/ports/backlog.js';
import type { Clock } from '../src/ports/clock.js';
import { createLoop } from './loop.js';

/** What the gauges are read from. */
export interface GaugesWorkerDeps {
  readonly backlogCounts: () => Promise<BacklogCounts>;
  readonly quarantineCounts: () => Promise<QuarantineCounts>;
  /** Jobs by state. */
  readonly queueCounts: () => Promise<Record<'waiting' | 'active' | 'delayed' | 'failed', number>>;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

const INTERVAL_MS = 5_000;

/** Keeps the gauges of queue, outbox and quarantine up to date. A value that cannot be read stays as it was. */
export const createGaugesWorker = (deps: GaugesWorkerDeps): Component =>
  createLoop('gauges', async (signal) => {
    while (!signal.aborted) {
      const results = await Promise.allSettled([showBacklog(deps), showQuarantine(deps), showQueue(deps)]);
      for (const result of results) {
        if (result.status === 'rejected') {
          deps.logger.debug({ err: result.reason as unknown }, 'gauge not read');
        }
      }
      await deps.clock.sleep(INTERVAL_MS, signal);
    }
  });

async function showBacklog({ backlogCounts, metrics }: GaugesWorkerDeps): Promise<void> {
  const { scanning, unpublished, oldestScanningMs, deadLetters, oldestDeadLetterMs } = await backlogCounts();
  metrics.filesScanning.set(scanning);
  metrics.outboxUnpublished.set(unpublished);
  metrics.oldestScanningSeconds.set(oldestScanningMs / 1000);
  for (const cause of DEAD_LETTER_CAUSES) metrics.deadLettersOpen.set({ cause }, deadLetters[cause] ?? 0);
  metrics.oldestDeadLetterSeconds.set(oldestDeadLetterMs / 1000);
}

async function showQuarantine({ quarantineCounts, metrics }: GaugesWorkerDeps): Promise<void> {
  const { kept, requested, approved } = await quarantineCounts();
  metrics.quarantinedFiles.set(kept);
  metrics.openReleases.set({ status: 'REQUESTED' }, requested);
  metrics.openReleases.set({ status: 'APPROVED' }, approved);
}

async function showQueue({ queueCounts, metrics }: GaugesWorkerDeps): Promise<void> {
  const { waiting, active, delayed, failed } = await queueCounts();
  for (const [state, count] of Object.entries({ waiting, active, delayed, failed })) {
    metrics.queueDepth.set({ queue: 'inspection', state }, count);
  }
}
