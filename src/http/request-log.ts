import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from '../observability/metrics.js';
import { traceRoute } from '../observability/tracing.js';

/** Counts and logs every request once, when its answer has been sent or its connection has ended. */
export function addRequestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', (request, reply, done) => {
    traceRoute(methodOf(request), routeOf(request));
    metrics.httpInFlight.inc();
    reply.raw.once('close', () => {
      metrics.httpInFlight.dec();
    });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = routeOf(request);
    const seconds = reply.elapsedTime / 1000;
    const status = String(reply.raw.statusCode);
    metrics.httpDurationSeconds.observe({ method: methodOf(request), route, status }, seconds);
    request.log[levelOf(route)](
      {
        method: request.method,
        route,
        status,
        durationMs: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}

/** The pattern, never the path: paths are endless and some carry rights. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unmatched';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const methodOf = (request: FastifyRequest): string =>
  METHODS.has(request.method) ? request.method : 'OTHER';

const levelOf = (route: string): 'debug' | 'info' =>
  /^\/(?:livez|readyz|startupz)$/u.test(route) ? 'debug' : 'info';
