import type { ServerResponse } from 'node:http';
import { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Metrics } from '../observability/metrics.js';
import { traceRoute } from '../observability/tracing.js';
import { onceOver } from './response-over.js';

/** Counts and logs every request once, when its answer has been sent or its connection has ended. */
export function addRequestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', (request, reply, done) => {
    followRequest(metrics, request, reply);
    done();
  });
}

/** Does so for one request; to be called where no hook runs. Fastify's own hook for it never hears of clients that go. */
export function followRequest(metrics: Metrics, request: FastifyRequest, reply: FastifyReply): void {
  const startedAt = performance.now();
  traceRoute(methodOf(request), routeOf(request));
  metrics.httpInFlight.inc();
  onceOver(reply.raw, () => {
    metrics.httpInFlight.dec();
    tell(metrics, request, reply.raw, performance.now() - startedAt);
  });
}

function tell(metrics: Metrics, request: FastifyRequest, raw: ServerResponse, elapsedMs: number): void {
  const route = routeOf(request);
  const status = statusOf(raw);
  metrics.httpDurationSeconds.observe({ method: methodOf(request), route, status }, elapsedMs / 1000);
  const isCutOff = !raw.writableFinished && status !== SWITCHED;
  request.log[levelOf(route)](
    {
      method: request.method,
      route,
      status,
      durationMs: Math.round(elapsedMs),
      ...(isCutOff && { cutOff: true }),
    },
    'request',
  );
}

/** The client was gone before anything was answered. */
const CLIENT_CLOSED_REQUEST = '499';
/** A WebSocket, which answers by itself. */
const SWITCHED = '101';

function statusOf({ headersSent, statusCode }: ServerResponse): string {
  const status = String(statusCode);
  return headersSent || status === SWITCHED ? status : CLIENT_CLOSED_REQUEST;
}

/** The pattern, never the path: paths are endless and some carry rights. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unmatched';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const methodOf = (request: FastifyRequest): string =>
  METHODS.has(request.method) ? request.method : 'OTHER';

const levelOf = (route: string): 'debug' | 'info' =>
  /^\/(?:livez|readyz|startupz)$/u.test(route) ? 'debug' : 'info';

/** Fastify's lines, of which ours take the place, but for the cause of an answer that broke off: nobody else hears of it. */
export class EdgeLog extends LogController {
  override streamError(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
    const isClientGone = reply.raw.destroyed;
    if (!isClientGone) reply.log.warn({ err: error }, 'an answer broke off');
  }
}
