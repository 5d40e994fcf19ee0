import { Gauge, type Registry } from 'prom-client';

/** What all metrics have: a name with our prefix, a sentence, and the registry of their process. */
export const describe = (registry: Registry, suffix: string, help: string) => ({
  name: `lazaret_${suffix}`,
  help,
  registers: [registry],
});

/**
 * Makes a gauge of what is read now and then, and by some processes alone. It shows nothing until it is set: a zero that
 * nobody has read would be a claim.
 */
export function createReadGauge(registry: Registry, suffix: string, help: string): Gauge {
  const gauge = new Gauge(describe(registry, suffix, help));
  forgetReading(gauge);
  return gauge;
}

/** Shows nothing any more of what a gauge was set to, in whichever of its labels: what cannot be read now may be anything. */
export function forgetReading(gauge: Gauge): void {
  // Without labels a reset sets it to zero.
  gauge.reset();
  gauge.remove({});
}
