import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../domain/actor.js';
import { fault } from '../domain/errors.js';
import type { Authenticate } from '../graphql/context.js';
import { traceFile } from '../observability/tracing.js';
import { parseFileId } from '../domain/ids.js';
import { correlationOf } from './correlation.js';
import { sendProblem } from './problem.js';
import { createTusHandlers, type TusHandlersDeps } from './tus/handlers.js';
import { CAPABILITIES, TUS_VERSION, UPLOADS_PATH } from './tus/protocol.js';

/** What speaking tus needs. */
export interface TusDeps extends TusHandlersDeps {
  readonly authenticate: Authenticate;
}

type TusRequest = FastifyRequest<{ Params: { id: string } }>;
type Handler = (actor: Actor, request: TusRequest, reply: FastifyReply) => Promise<FastifyReply>;

const PRECONDITION_FAILED = 412;
const NO_CONTENT = 204;

/**
 * Adds tus 1.0 at `/uploads` over the same uploads, parts and rules as every other protocol. Each request has
 * its own access token. Uploads that were opened elsewhere go on here, and the reverse.
 *
 * @see https://tus.io/protocols/resumable-upload
 */
export async function registerTus(app: FastifyInstance, deps: TusDeps): Promise<void> {
  // Also for what is answered before any route: preflights, limits, unknown paths.
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (isOurs(request)) addProtocolHeaders(request, reply);
    done();
  });
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    addRoutes(scope, deps);
    done();
  });
}

function addRoutes(scope: FastifyInstance, deps: TusDeps): void {
  const handlers = createTusHandlers(deps);
  const guarded = (handler: Handler) => (request: TusRequest, reply: FastifyReply) =>
    guard(deps, handler, request, reply);
  const url = `${UPLOADS_PATH}/:id`;
  // Whoever has an upload was let in when it was created: it goes on while new ones wait.
  const config = { admission: 'always' as const, slowBody: 'cut' as const };
  scope.options(UPLOADS_PATH, (_request, reply) => reply.code(NO_CONTENT).send());
  scope.options(url, (_request, reply) => reply.code(NO_CONTENT).send());
  const ofUploads = { POST: handlers.create };
  const ofOne = { HEAD: handlers.position, PATCH: handlers.append, DELETE: handlers.terminate };
  scope.post(UPLOADS_PATH, { config: { slowBody: 'cut' } }, guarded(byMethod(ofUploads)));
  scope.route({ method: ['POST', ...Object.keys(ofOne)], url, config, handler: guarded(byMethod(ofOne)) });
}

/**
 * Chooses among handlers. "X-HTTP-Method-Override ... MUST be interpreted as the request's method by the Server, if the
 * header is presented. The actual method of the request MUST be ignored."
 */
function byMethod(handlers: Readonly<Record<string, Handler>>): Handler {
  const known = new Map(Object.entries(handlers));
  return (actor, request, reply) => {
    const method = request.headers['x-http-method-override'] ?? request.method;
    const handler = known.get(String(method).toUpperCase());
    return handler ? handler(actor, request, reply) : refuseMethod(reply, [...known.keys()]);
  };
}

async function refuseMethod(reply: FastifyReply, allowed: readonly string[]): Promise<FastifyReply> {
  const refusal = fault('BAD_USER_INPUT', { message: 'The method is not allowed here.' });
  return sendProblem(reply.header('allow', [...allowed, 'OPTIONS'].join(', ')), refusal.fault, 405);
}

/** Lets a request to its handler when it speaks our version and comes with a good token. */
async function guard(
  { authenticate }: TusDeps,
  handler: Handler,
  request: TusRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const authenticated = await authenticate(request.headers.authorization, correlationOf(request));
  if (!authenticated.ok) return sendProblem(reply, authenticated.fault);
  if (request.headers['tus-resumable'] !== TUS_VERSION) return refuseVersion(reply);
  const { actor } = authenticated.value;
  const fileId = parseFileId(request.params.id);
  if (fileId) traceFile({ tenantId: actor.tenantId, fileId });
  return handler(actor, request, reply);
}

// "If the version specified by the Client is not supported by the Server, it MUST respond with the 412
// Precondition Failed status and MUST include the Tus-Version header into the response."
function refuseVersion(reply: FastifyReply): FastifyReply {
  const message = `Tus-Resumable must be ${TUS_VERSION}.`;
  const refusal = fault('BAD_USER_INPUT', { message, field: 'Tus-Resumable' });
  return sendProblem(reply.header('tus-version', TUS_VERSION), refusal.fault, PRECONDITION_FAILED);
}

const isOurs = ({ url }: FastifyRequest): boolean => /^\/uploads(?:[/?]|$)/.test(url);

function addProtocolHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ 'tus-resumable': TUS_VERSION, 'cache-control': 'no-store' });
  if (request.method === 'OPTIONS') void reply.headers(CAPABILITIES);
}
