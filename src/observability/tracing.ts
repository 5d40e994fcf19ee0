import { context, propagation, SpanStatusCode, trace, type Context } from '@opentelemetry/api';

const TRACER = 'lazaret';

/** What spans may say of a file: never its name. */
export interface FileIdentity {
  readonly tenantId: string;
  readonly fileId: string;
}

/** Names a file, and the tenant that it belongs to, on the active span. */
export function traceFile({ tenantId, fileId }: FileIdentity): void {
  trace.getActiveSpan()?.setAttributes({ 'lazaret.tenant.id': tenantId, 'lazaret.file.id': fileId });
}

/** W3C trace context of the active span, for whatever leaves the process; `undefined` while tracing is off. */
export function currentTraceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'];
}

/** Names the span of a request by its route: a path has endless values and may carry rights. */
export function traceRoute(method: string, route: string): void {
  trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttribute('http.route', route);
}

/**
 * Runs work in a span that continues the trace it was caused by. With tracing off it only runs the work.
 *
 * @param traceparent - what {@link currentTraceparent} gave on the other side; `undefined` starts a trace
 * @param name - of the span, with few different values
 */
export async function withTraceparent<T>(
  traceparent: string | null | undefined,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  return trace.getTracer(TRACER).startActiveSpan(name, {}, parentOf(traceparent), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

const parentOf = (traceparent: string | null | undefined): Context =>
  traceparent ? propagation.extract(context.active(), { traceparent }) : context.active();
