import type { Registry } from 'prom-client';

/** What all metrics have: a name with our prefix, a sentence, and the registry of their process. */
export const describe = (registry: Registry, suffix: string, help: string) => ({
  name: `lazaret_${suffix}`,
  help,
  registers: [registry],
});
