import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { describe } from './describe-metric.js';

/** The metrics of the analysis of structure. */
export interface AnalyserMetrics {
  /** `outcome` is `reported`, `given up` or `failed`. */
  readonly analysisDurationSeconds: Histogram<'outcome'>;
  /** Analysers that ended without being told to. */
  readonly analyserFailures: Counter;
  /** Shows the analysers on every scrape. */
  watchAnalysers(counts: CountAnalysers): void;
}

type CountAnalysers = () => { readonly idle: number; readonly busy: number };

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
  watchAnalysers: createAnalyserGauge(registry),
});

function createAnalyserGauge(registry: Registry): AnalyserMetrics['watchAnalysers'] {
  let count: CountAnalysers | undefined;
  new Gauge({
    ...describe(registry, 'analysers', 'Analysers by state.'),
    labelNames: ['state'] as const,
    collect() {
      for (const [state, value] of Object.entries(count?.() ?? {})) this.set({ state }, value);
    },
  });
  return (counts) => {
    count = counts;
  };
}
