import type { Gauge } from 'prom-client';
import { DEAD_LETTER_CAUSES } from '../src/domain/dead-letter.js';
import type { Component } from '../src/lifecycle.js';
import { forgetReading } from '../src/observability/describe-metric.js';
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

/** Gauges that are read together. */
interface Reading {
  readonly gauges: (metrics: Metrics) => readonly Gauge[];
  readonly show: (deps: GaugesWorkerDeps) => Promise<void>;
}

/**
 * Keeps the gauges of queue, outbox and quarantine up to date. One that cannot be read shows nothing: the last value would
 * look like a backlog that stands still, or like none.
 */
export const createGaugesWorker = (deps: GaugesWorkerDeps): Component =>
  createLoop('gauges', async (signal) => {
    while (!signal.aborted) {
      await Promise.all(READINGS.map((reading) => read(deps, reading)));
      await deps.clock.sleep(INTERVAL_MS, signal);
    }
  });

async function read(deps: GaugesWorkerDeps, { gauges, show }: Reading): Promise<void> {
  try {
    await show(deps);
  } catch (err) {
    gauges(deps.metrics).forEach(forgetReading);
    deps.logger.debug({ err }, 'gauge not read');
  }
}

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

const READINGS: readonly Reading[] = [
  {
    gauges: (metrics) => [
      ...[metrics.filesScanning, metrics.outboxUnpublished, metrics.oldestScanningSeconds],
      ...[metrics.deadLettersOpen, metrics.oldestDeadLetterSeconds],
    ],
    show: showBacklog,
  },
  { gauges: ({ quarantinedFiles, openReleases }) => [quarantinedFiles, openReleases], show: showQuarantine },
  { gauges: ({ queueDepth }) => [queueDepth], show: showQueue },
];
