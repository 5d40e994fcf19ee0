import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Span } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { REDACTED, redactText } from './redact.js';

/** What tracing may be given beside the standard variables. */
export type TracingOptions = Pick<Partial<NodeSDKConfiguration>, 'spanProcessors' | 'serviceName'>;

/**
 * Starts the OpenTelemetry SDK, which reads the standard OTEL_* variables itself. Statements are recorded
 * without their parameters, paths without the rights that those of parts and downloads carry, and queries without values.
 * A request brings its trace along, and no baggage.
 *
 * @returns a function that flushes and ends it, within a moment and without a failure
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
        startIncomingSpanHook: fromOutside,
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
  return () => endInTime(sdk);
}

/** Longest wait for somebody to take the last spans: a collector that is away holds up no end of a process. */
const FLUSH_MS = 2_000;

async function endInTime(sdk: NodeSDK): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, FLUSH_MS);
  await Promise.race([sdk.shutdown().catch(() => undefined), late.promise]);
  clearTimeout(timer);
}

/**
 * Called before anything is read from the request. Baggage would go on to the store, the issuer and every job, where the words of a
 * stranger would pass for those of the service.
 *
 * @see https://www.w3.org/TR/baggage/#privacy-considerations
 */
function fromOutside(request: IncomingMessage): Record<string, string> {
  delete request.headers['baggage'];
  return withoutRights(request);
}

/** Attributes that take the place of those which the instrumentation would set. */
function withoutRights({ url = '/' }: IncomingMessage): Record<string, string> {
  const [path = '/', query] = redactText(url).split('?', 2);
  return { 'url.path': path, ...(query === undefined ? {} : { 'url.query': namesIn(query) }) };
}

/** Values may be anything: GraphQL has documents and variables there, and so names of files. */
const namesIn = (query: string): string =>
  query
    .split('&')
    .map((pair) => /^(?<name>[\w-]{1,40})=/u.exec(pair)?.groups?.['name'])
    .map((name) => (name === undefined ? REDACTED : `${name}=${REDACTED}`))
    .join('&');

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
