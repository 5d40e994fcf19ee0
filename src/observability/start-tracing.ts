import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Span } from '@opentelemetry/api';
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
    // Metrics are Prometheus' and logs go to standard output; the SDK would send both out as well.
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        ignoreIncomingRequestHook: (request) => isOperational(request.url),
        // Spans of calls that nothing asked for, e.g. a poll, would be traces of their own.
        requireParentforOutgoingSpans: true,
        startIncomingSpanHook: withoutRights,
        startOutgoingSpanHook: withoutRightsOutside,
      }),
      new PgInstrumentation({
        requireParentSpan: true,
        enhancedDatabaseReporting: false,
        requestHook: withoutLiterals,
      }),
      // Arguments are the payloads of jobs: the command says enough.
      new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: (command) => command }),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}

/** Attributes that take the place of those which the instrumentation would set. */
function withoutRights({ url = '/' }: IncomingMessage): Record<string, string> {
  const [path = '/', query] = redactText(url).split('?', 2);
  return { 'url.path': path, ...(query === undefined ? {} : { 'url.query': query }) };
}

function withoutRightsOutside({
  protocol,
  hostname,
  host,
  port,
  path,
}: RequestOptions): Record<string, string> {
  const authority = `${hostname ?? host ?? 'localhost'}${port ? `:${String(port)}` : ''}`;
  return { 'url.full': redactText(`${protocol ?? 'http:'}//${authority}${path ?? '/'}`) };
}

/** The head of a transaction sets who acts, as literals, since it is several statements in one. */
function withoutLiterals(span: Span, { query: { text } }: { query: { text: string } }): void {
  if (text.startsWith('BEGIN')) span.setAttribute('db.query.text', 'BEGIN');
}

const isOperational = (url: string | undefined): boolean =>
  /^\/(?:livez|readyz|startupz|metrics)(?:\?|$)/u.test(url ?? '');
