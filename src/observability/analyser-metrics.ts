import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { describe } from './describe-metric.js';

/** The metrics of the analysis of structure. */
export interface AnalyserMetrics {
  /** `outcome` is `reported`, `given up` or `failed`. */
  readonly analysisDurationSeconds: Histogram<'outcome'>;
  /** Analysers that ended without being told to. */
  readonly analyserFailures: Counter;
  /** `state` is `idle` or `busy`. */
  readonly analysers: Gauge<'state'>;
}

const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];

/** Makes them. */
export const createAnalyserMetrics = (registry: Registry): AnalyserMetrics => ({
  analysisDurationSeconds: new Histogram({
    ...describe(
      registry,
      'analysis_duration_seconds',
      'Duration of analyses of structure, waiting for bytes included.',
    ),
    labelNames: ['outcome'] as const,
    buckets: BUCKETS,
  }),
  analyserFailures: new Counter(
    describe(registry, 'analyser_failures_total', 'Analysers that were killed or ended by themselves.'),
  ),
  analysers: new Gauge({
    ...describe(registry, 'analysers', 'Analysers by state.'),
    labelNames: ['state'] as const,
  }),
});
