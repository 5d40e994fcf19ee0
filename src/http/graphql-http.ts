import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault, FaultError } from '../domain/errors.js';
import type { GraphqlContext, Session } from '../graphql/context.js';
import { createSession } from '../graphql/session.js';
import { PRESSURE_RETRY_MS } from '../graphql/use-admission.js';
import type { Metrics } from '../observability/metrics.js';
import { correlationOf } from './correlation.js';
import { answerGraphqlError, refusedBatch, sendGraphqlFault } from './graphql/answers.js';
import { createApollo } from './graphql/apollo.js';
import type { GraphqlDeps } from './graphql/deps.js';
import { essenceOf, preventCsrf } from './graphql/prevent-csrf.js';
import { readMultipart } from './graphql/read-multipart.js';
import { servePlayground, wantsPlayground } from './playground.js';
import { onceOver } from './response-over.js';

/** What GraphQL over HTTP needs. */
export interface GraphqlHttpDeps extends GraphqlDeps {
  readonly metrics: Pick<Metrics, 'receivedBytes'>;
  /** Directory of the built GraphiQL; development alone. */
  readonly playgroundDir?: string;
}

/** Largest JSON body: ten thousand parts with their etags fit. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Serves GraphQL over HTTP with Apollo Server, multipart uploads, and in development GraphiQL. What a
 * foreign page could send is refused before its body is read, and bodies of files wait for authentication.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
export async function registerGraphqlHttp(app: FastifyInstance, deps: GraphqlHttpDeps): Promise<void> {
  const requests = new AsyncLocalStorage<GraphqlContext>();
  const apollo = createApollo(deps.engine, deps.logger, () => requests.getStore());
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  if (deps.playgroundDir !== undefined) await servePlayground(app, deps.playgroundDir);
  await app.register((scope, _options, done) => {
    addRoute(scope, deps, apollo, requests);
    done();
  });
}

type Handler = (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) => unknown;

function addRoute(
  scope: FastifyInstance,
  deps: GraphqlHttpDeps,
  apollo: ApolloServer<GraphqlContext>,
  requests: AsyncLocalStorage<GraphqlContext>,
): void {
  const sessions = new WeakMap<FastifyRequest, Session>();
  const count = (bytes: number): void => {
    deps.metrics.receivedBytes.inc({ protocol: 'graphql' }, bytes);
  };
  const handle = fastifyApolloHandler(apollo, {
    context: () => Promise.resolve(requests.getStore() ?? missingContext()),
    // The integration was compiled without exactOptionalPropertyTypes, in which alone its types differ.
  }) as unknown as Handler;
  scope.setErrorHandler(answerGraphqlError);
  takeForms(scope);
  scope.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    bodyLimit: MAX_BODY_BYTES,
    // The engine knows which operations belong to uploads that were let in.
    config: { admission: 'always' },
    onRequest: async (request, reply) => {
      if (deps.playgroundDir !== undefined && wantsPlayground(request)) return;
      const refusal = preventCsrf(request.method, request.headers);
      if (refusal) return sendGraphqlFault(reply, refusal.fault, refusal.status);
      refuseNewForm(scope, request);
      const session = await authenticate(deps, request);
      if (session) sessions.set(request, session);
    },
    preValidation: async (request, reply) => {
      if (isMultipart(request)) request.body = await readMultipart(request.raw, reply.raw, count);
      else if (Array.isArray(request.body)) throw refusedBatch();
    },
    handler: (request, reply) => {
      if (deps.playgroundDir !== undefined && wantsPlayground(request)) return reply.sendPlayground();
      const context = contextOf(request, reply, sessions.get(request));
      return requests.run(context, () => handle.call(scope, request, reply));
    },
  });
}

async function authenticate(deps: GraphqlHttpDeps, request: FastifyRequest): Promise<Session | undefined> {
  const { authorization } = request.headers;
  if (authorization === undefined && !isMultipart(request)) return undefined;
  const authenticated = await deps.authenticate(authorization, correlationOf(request));
  if (!authenticated.ok) throw new FaultError(authenticated.fault);
  return createSession(authenticated.value, deps.clock);
}

function contextOf(
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session | undefined,
): GraphqlContext {
  const gone = new AbortController();
  onceOver(reply.raw, () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return {
    correlation: correlationOf(request),
    transport: 'http',
    signal: gone.signal,
    ...(session && { session }),
  };
}

/** The body of a file is nothing to hold in memory: the form is read as it comes. */
function takeForms(scope: FastifyInstance): void {
  scope.addContentTypeParser('multipart/form-data', (_request, _payload, parsed) => {
    parsed(null);
  });
}

/** A form always brings something new, and nobody waits for its body only to refuse it. */
function refuseNewForm(scope: FastifyInstance, request: FastifyRequest): void {
  if (!isMultipart(request) || !scope.isUnderPressure()) return;
  throw new FaultError(fault('OVERLOADED', { retryAfterMs: PRESSURE_RETRY_MS }).fault);
}

const isMultipart = (request: FastifyRequest): boolean =>
  essenceOf(request.headers['content-type']) === 'multipart/form-data';

function missingContext(): never {
  throw new Error('A GraphQL request runs outside of its context.');
}
