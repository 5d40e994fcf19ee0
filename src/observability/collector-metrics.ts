import { Counter, type Registry } from 'prom-client';
import type { QuotaDimension } from '../domain/quota.js';
import { createReadGauge, describe } from './describe-metric.js';

/** Makes the metrics of the collector and of the quotas that it checks. */
export const createCollectorMetrics = (registry: Registry) => ({
  orphansFound: new Counter({
    ...describe(registry, 'orphans_found_total', 'Stored things that nobody refers to, by purpose.'),
    labelNames: ['kind'] as const,
  }),
  orphansRemoved: new Counter({
    ...describe(registry, 'orphans_removed_total', 'Stored things that were removed as orphans, by purpose.'),
    labelNames: ['kind'] as const,
  }),
  orphanBytesRemoved: new Counter({
    ...describe(registry, 'orphan_bytes_removed_total', 'Bytes that were removed as orphans, by purpose.'),
    labelNames: ['kind'] as const,
  }),
  foreignObjects: createReadGauge(
    registry,
    'foreign_objects',
    "Stored things that are not the product's to judge, as this worker last saw them.",
  ),
  collectorLastRun: createReadGauge(
    registry,
    'collector_last_run_timestamp_seconds',
    'End of the last complete run of the collector that this worker did.',
  ),
  quotaDrift: {
    bytes: createDriftCounter(registry, 'bytes', 'Bytes'),
    files: createDriftCounter(registry, 'files', 'Files'),
    uploads: createDriftCounter(registry, 'uploads', 'Open uploads'),
  },
});

/** One for each unit: bytes and files in one name would add up to nothing. */
const createDriftCounter = (registry: Registry, dimension: QuotaDimension, unit: string): Counter =>
  new Counter(
    describe(
      registry,
      `quota_drift_${dimension}_total`,
      `${unit} by which the usage of tenants had to be corrected.`,
    ),
  );
