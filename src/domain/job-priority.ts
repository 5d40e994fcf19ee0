import type { Priority } from './file.js';

/**
 * Which inspection comes first. What clients ask for is {@link Priority}; MAINTENANCE is what the service does of its own
 * accord, above all to examine a file again, and comes after everything that somebody waits for.
 */
export type JobPriority = Priority | 'MAINTENANCE';

/** Most urgent first. */
export const JOB_PRIORITIES = [
  'INTERACTIVE',
  'BULK',
  'MAINTENANCE',
] as const satisfies readonly JobPriority[];
