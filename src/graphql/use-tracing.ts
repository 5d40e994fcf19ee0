import type { Plugin } from '@envelop/core';
import { getCurrentOtelContext, useOpenTelemetry } from '@envelop/opentelemetry';
import {
  SpanKind,
  trace,
  type Exception,
  type Span,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import type { GraphqlContext } from './context.js';

/**
 * Makes a span of every operation, with the tenant on it and neither document nor variables. Spans of
 * resolvers stay off: those of resolvers that fail would never end.
 */
export const useTracing = (): readonly Plugin[] => [
  useOpenTelemetry(
    { resolvers: false, variables: false, result: false, document: false },
    withoutMessages(trace.getTracerProvider()),
    SpanKind.INTERNAL,
  ) as unknown as Plugin,
  {
    onExecute: ({ args }) => nameTenant(args.contextValue as GraphqlContext),
    onSubscribe: ({ args }) => nameTenant(args.contextValue as GraphqlContext),
  },
];

function nameTenant(context: GraphqlContext): undefined {
  const tenantId = context.session?.actor.tenantId;
  if (tenantId === undefined) return;
  trace.getSpan(getCurrentOtelContext(context))?.setAttribute('lazaret.tenant.id', tenantId);
}

/** The plugin records errors as they are answered, and their messages may repeat what the client sent. */
const withoutMessages = (provider: TracerProvider): TracerProvider => ({
  getTracer: (...which) => {
    const tracer = provider.getTracer(...which);
    const quiet: Pick<Tracer, 'startSpan'> = { startSpan: (...how) => codeAlone(tracer.startSpan(...how)) };
    return Object.assign(Object.create(tracer) as Tracer, quiet);
  },
});

function codeAlone(span: Span): Span {
  const recordException = (exception: Exception): void => {
    span.setAttribute('error.type', codeOf(exception));
  };
  return Object.assign(span, { recordException });
}

/** What the plugin hands over has the answered errors as JSON for its message. */
function codeOf(exception: Exception): string {
  const text = typeof exception === 'string' ? exception : (exception.message ?? '');
  return /"code":"(?<code>[A-Z_]{1,40})"/u.exec(text)?.groups?.['code'] ?? 'INTERNAL';
}
