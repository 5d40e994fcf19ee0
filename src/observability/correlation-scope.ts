import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<string>();

/**
 * Runs work so that every line it logs, however deep, carries the correlation id. This is for log lines
 * alone: use-cases get the id as part of their actor.
 */
export const withCorrelationId = <T>(correlationId: string, work: () => T): T =>
  scope.run(correlationId, work);

/** The correlation id of the work that is running, if there is one. */
export const currentCorrelationId = (): string | undefined => scope.getStore();
