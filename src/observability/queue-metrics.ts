import { Counter, Gauge, type Registry } from 'prom-client';
import { createReadGauge, describe } from './describe-metric.js';

/** Makes the metrics of the queue of inspections and of what was given up. */
export const createQueueMetrics = (registry: Registry) => ({
  /** Jobs by state: waiting, active, delayed, failed. */
  queueDepth: new Gauge({
    ...describe(registry, 'queue_jobs', 'Jobs in the queue by state.'),
    labelNames: ['queue', 'state'] as const,
  }),
  deadLettersAdded: new Counter({
    ...describe(registry, 'dead_letters_total', 'Inspections that were given up, by cause.'),
    labelNames: ['cause'] as const,
  }),
  deadLettersOpen: new Gauge({
    ...describe(registry, 'dead_letters_open', 'Dead letters that wait for a decision, by cause.'),
    labelNames: ['cause'] as const,
  }),
  oldestDeadLetterSeconds: createReadGauge(
    registry,
    'oldest_dead_letter_seconds',
    'Age of the oldest dead letter without a decision.',
  ),
});
