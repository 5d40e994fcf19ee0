import { register } from 'node:module';
import { isTracingRequested } from '../config/tracing.js';

/**
 * Load this before anything else, `node --import ./src/observability/register.ts`: ES modules can only be
 * instrumented when the hook is there before they are.
 */
async function startWhenRequested(): Promise<() => Promise<void>> {
  if (!isTracingRequested()) return () => Promise.resolve();
  // The synchronous hooks that replace it would need a dependency of the instrumentation as one of ours.
  // oxlint-disable-next-line typescript/no-deprecated -- see above
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
  const { startTracing } = await import('./start-tracing.js');
  return startTracing();
}

/** Sends the spans that are still held back and ends tracing; does nothing where tracing never began. */
export const stopTracing: () => Promise<void> = await startWhenRequested();
