import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { createReadGauge, describe } from './describe-metric.js';

/** Inspections, examinations of what was clean, and what is kept of what was not. */
export interface InspectionMetrics {
  readonly scanDurationSeconds: Histogram<'outcome'>;
  readonly scannedBytes: Counter;
  /** Bytes of the files that are inspected now; what is larger than the bound counts as the bound. */
  readonly bytesInFlight: Gauge;
  readonly verdicts: Counter<'outcome'>;
  /** Sealed copies that are to be examined again. */
  readonly rescansPending: Gauge;
  /** Infected files whose content is kept. */
  readonly quarantinedFiles: Gauge;
  /** Releases from quarantine that are asked for or in force. */
  readonly openReleases: Gauge<'status'>;
  /** Examinations of sealed copies: `clean`, `hit`, `inconclusive` or `failed`. */
  readonly rescans: Counter<'outcome'>;
  /** Clean files that an examination made infected. */
  readonly rescanHits: Counter;
}

const SCAN_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 180, 600];

/** Makes the metrics of inspections. */
export const createInspectionMetrics = (registry: Registry): InspectionMetrics => ({
  ...createScanMetrics(registry),
  ...createRescanMetrics(registry),
  ...createQuarantineMetrics(registry),
});

const createScanMetrics = (registry: Registry) => ({
  scanDurationSeconds: new Histogram({
    ...describe(registry, 'scan_duration_seconds', 'Duration of inspections.'),
    labelNames: ['outcome'] as const,
    buckets: SCAN_BUCKETS,
  }),
  scannedBytes: new Counter(describe(registry, 'scanned_bytes_total', 'Bytes given to the scanner.')),
  bytesInFlight: new Gauge(
    describe(registry, 'scan_bytes_in_flight', 'Bytes of the files that are inspected now, up to the bound.'),
  ),
  verdicts: new Counter({
    ...describe(registry, 'verdicts_total', 'Verdicts by outcome.'),
    labelNames: ['outcome'] as const,
  }),
});

const createRescanMetrics = (registry: Registry) => ({
  rescansPending: createReadGauge(
    registry,
    'rescans_pending',
    'Sealed copies last examined with other definitions; shown by the worker that planned last.',
  ),
  rescans: new Counter({
    ...describe(registry, 'rescans_total', 'Examinations of sealed copies by outcome.'),
    labelNames: ['outcome'] as const,
  }),
  rescanHits: new Counter(
    describe(registry, 'rescan_hits_total', 'Clean files that an examination made infected.'),
  ),
});

const createQuarantineMetrics = (registry: Registry) => ({
  quarantinedFiles: createReadGauge(registry, 'quarantined_files', 'Infected files whose content is kept.'),
  openReleases: new Gauge({
    ...describe(registry, 'open_releases', 'Releases from quarantine: waiting for a decision, or in force.'),
    labelNames: ['status'] as const,
  }),
});
