import type { Plugin } from '@envelop/core';
import { getCurrentOtelContext, useOpenTelemetry } from '@envelop/opentelemetry';
import { SpanKind, trace } from '@opentelemetry/api';
import type { GraphqlContext } from './context.js';

/**
 * Makes a span of every operation, with the tenant on it and neither document nor variables. Spans of
 * resolvers stay off: those of resolvers that fail would never end.
 */
export const useTracing = (): readonly Plugin[] => [
  useOpenTelemetry(
    { resolvers: false, variables: false, result: false, document: false },
    trace.getTracerProvider(),
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
