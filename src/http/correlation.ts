import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Correlation } from '../domain/actor.js';
import { withCorrelationId } from '../observability/correlation-scope.js';
import { currentTraceparent } from '../observability/tracing.js';

/** What a client may name its request: nothing that could break a header, a log line or a query. */
const SAFE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The correlation id of a request: the client's own where it is safe, else a fresh one. */
export function correlationIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SAFE_ID.test(given) ? given : randomUUID();
}

/** What ties everything that a request causes to it. */
export function correlationOf(request: FastifyRequest): Correlation {
  const traceparent = currentTraceparent();
  return { correlationId: request.id, ...(traceparent === undefined ? {} : { traceparent }) };
}

/** Puts every request into the scope of its correlation id and names the id in the answer. */
export function addCorrelation(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    withCorrelationId(request.id, done);
  });
  // The parsing of a body continues in the socket's events, which know nothing of the scope.
  app.addHook('preValidation', (request, _reply, done) => {
    withCorrelationId(request.id, done);
  });
}
