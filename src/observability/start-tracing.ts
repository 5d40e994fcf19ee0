import type { IncomingMessage } from 'node:http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { redactText } from './redact.js';

/** What tracing may be given beside the standard variables. */
export type TracingOptions = Pick<Partial<NodeSDKConfiguration>, 'spanProcessors' | 'serviceName'>;

/**
 * Starts the OpenTelemetry SDK, which reads the standard OTEL_* variables itself. Statements are recorded
 * without their parameters, and paths without the rights that those of parts and downloads carry.
 *
 * @returns a function that flushes and ends it
 */
export function startTracing(options: TracingOptions = {}): () => Promise<void> {
  const sdk = new NodeSDK({
    ...options,
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => isOperational(request.url),
        // Spans of calls that nothing asked for, e.g. a poll, would be traces of their own.
        requireParentforOutgoingSpans: true,
        startIncomingSpanHook: withoutRights,
      }),
      new PgInstrumentation({ requireParentSpan: true, enhancedDatabaseReporting: false }),
      new IORedisInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}

const withoutRights = (request: IncomingMessage): Record<string, string> => ({
  'url.path': redactText((request.url ?? '/').split('?')[0] ?? '/'),
});

const isOperational = (url: string | undefined): boolean =>
  /^\/(?:livez|readyz|startupz|metrics)(?:\?|$)/u.test(url ?? '');
