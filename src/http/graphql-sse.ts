import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Response } from 'graphql-sse';
import { z } from 'zod';
import { fault, FaultError, type Fault } from '../domain/errors.js';
import type { GraphqlContext, Session } from '../graphql/context.js';
import { createSession } from '../graphql/session.js';
import { correlationOf } from './correlation.js';
import { answerGraphqlError, refusedBatch, sendGraphqlFault } from './graphql/answers.js';
import { createExpiryAlarm } from './graphql/at-expiry.js';
import type { Release } from './graphql/connection-caps.js';
import type { GraphqlStreamDeps } from './graphql/deps.js';
import { essenceOf } from './graphql/prevent-csrf.js';
import { createSseProtocol, type SseStream } from './graphql/sse-protocol.js';
import { createWindow } from './graphql/sse-window.js';
import { writeSse } from './graphql/sse-writer.js';
import { onceOver } from './response-over.js';

/** Largest JSON body. */
const MAX_BODY_BYTES = 256 * 1024;
const EVENT_STREAM = 'text/event-stream';

/**
 * Serves GraphQL over server-sent events at `/graphql/stream`. A stream always needs a token, which also
 * keeps foreign pages out: no browser sends that header across origins without asking first.
 *
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export async function registerGraphqlSse(app: FastifyInstance, deps: GraphqlStreamDeps): Promise<void> {
  const protocol = createSseProtocol(deps);
  const stopping = new AbortController();
  app.addHook('preClose', (done) => {
    stopping.abort();
    done();
  });
  await app.register((scope, _options, done) => {
    const sessions = new WeakMap<FastifyRequest, Session>();
    scope.setErrorHandler(answerGraphqlError);
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql/stream',
      bodyLimit: MAX_BODY_BYTES,
      onRequest: async (request, reply) => {
        const refused = refuse(request, reply);
        if (refused) return refused;
        const authenticated = await deps.authenticate(request.headers.authorization, correlationOf(request));
        if (!authenticated.ok) throw new FaultError(authenticated.fault);
        sessions.set(request, createSession(authenticated.value, deps.clock));
      },
      handler: async (request, reply) => {
        const session = sessions.get(request);
        if (!session) throw new FaultError(fault('UNAUTHENTICATED').fault);
        if (Array.isArray(request.body)) throw refusedBatch();
        const places = takePlaces(deps, session);
        await serve(deps, protocol, request, reply, session, stopping.signal).finally(() => {
          for (const release of places) release();
        });
        return reply;
      },
    });
    done();
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const refusal = (status: number, message: string): FastifyReply =>
    sendGraphqlFault(reply, fault('BAD_USER_INPUT', { message }).fault, status);
  if (!(request.headers.accept ?? '').includes(EVENT_STREAM)) {
    return refusal(406, `This resource answers with ${EVENT_STREAM}.`);
  }
  const isJson = essenceOf(request.headers['content-type']) === 'application/json';
  if (request.method === 'POST' && !isJson) return refusal(415, 'The body must be application/json.');
  return undefined;
}

function takePlaces({ caps }: GraphqlStreamDeps, session: Session): Release[] {
  const process = caps.open();
  if (!process) throw new FaultError(fault('OVERLOADED', { retryAfterMs: 5_000 }).fault);
  const tenant = caps.admit(session.actor.tenantId);
  if (tenant) return [process, tenant];
  process();
  const message = 'The tenant has too many connections.';
  throw new FaultError(fault('RATE_LIMITED', { message, retryAfterMs: 5_000 }).fault);
}

async function serve(
  deps: GraphqlStreamDeps,
  protocol: ReturnType<typeof createSseProtocol>,
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session,
  stopping: AbortSignal,
): Promise<void> {
  const expired = new AbortController();
  const gone = new AbortController();
  onceOver(reply.raw, () => {
    gone.abort();
  });
  const context: GraphqlContext = {
    correlation: correlationOf(request),
    transport: 'sse',
    signal: gone.signal,
    session,
  };
  const alarm = createExpiryAlarm(deps.clock, () => {
    expired.abort();
  });
  alarm.set(session.expiresAt);
  const window = createWindow();
  const stream: SseStream = { context, window, ended: AbortSignal.any([expired.signal, stopping]) };
  deps.metrics.connections.inc({ transport: 'sse' });
  try {
    const answer = await protocol(toProtocolRequest(request, stream));
    const refusal = refusalOf(answer);
    if (refusal) sendGraphqlFault(reply, refusal, answer[1].status);
    else await writeSse(reply, answer, window);
  } finally {
    alarm.clear();
    deps.metrics.connections.dec({ transport: 'sse' });
  }
}

const refusalSchema = z.object({ errors: z.tuple([z.object({ message: z.string() })]) });

/** The protocol refuses what is no request of its kind in words alone; our table has more to say. */
function refusalOf([body, { status }]: Response): Fault | undefined {
  if (status < 400) return undefined;
  const said = refusalSchema.safeParse(typeof body === 'string' ? JSON.parse(body) : undefined).data;
  return fault('BAD_USER_INPUT', said && { message: `${said.errors[0].message}.` }).fault;
}

type ProtocolRequest = Parameters<ReturnType<typeof createSseProtocol>>[0];

const toProtocolRequest = (request: FastifyRequest, stream: SseStream): ProtocolRequest => ({
  method: request.method,
  url: request.url,
  headers: { get: (name) => (name === 'accept' ? EVENT_STREAM : headerOf(request, name)) },
  body: (request.body ?? null) as Record<PropertyKey, unknown> | null,
  raw: request,
  context: stream,
});

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
