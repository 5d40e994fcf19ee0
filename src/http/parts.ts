import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault, type Outcome } from '../domain/errors.js';
import { ok } from '../domain/result.js';
import type { Metrics } from '../observability/metrics.js';
import { traceFile } from '../observability/tracing.js';
import type { PartGrant, UrlSigner } from '../ports/url-signer.js';
import type { receivePart, ReceivedPart } from '../usecases/receive-part.js';
import { correlationOf } from './correlation.js';
import { detachBody, type DetachedBody } from './detached-body.js';
import { digestField, sha256OfDigest } from './digest.js';
import { sendProblem } from './problem.js';

/** What taking parts needs. */
export interface PartsDeps {
  readonly urls: Pick<UrlSigner, 'readPart'>;
  readonly receivePart: ReturnType<typeof receivePart>;
  readonly metrics: Metrics;
}

/** What is answered to a client that is gone; seen in logs and metrics alone. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Adds `PUT /parts/:token`: the bytes of one part, streamed on as they come. The URL is the right; nothing
 * else is asked for. The answer has the part's ETag and its SHA-256 as `Repr-Digest`.
 */
export async function registerParts(app: FastifyInstance, deps: PartsDeps): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    // Whoever holds a URL was let in when it was signed: its parts go on while new uploads wait.
    const options = { config: { admission: 'always' as const } };
    scope.put<{ Params: { token: string } }>('/parts/:token', options, async (request, reply) => {
      const signed = await deps.urls.readPart(request.params.token);
      const grant = signed ? withDigest(signed, request) : fault('FORBIDDEN', { message: URL_IS_OVER });
      if (!grant.ok) return sendProblem(reply, grant.fault);
      traceFile(grant.value);
      return takePart(deps, grant.value, request, reply);
    });
    done();
  });
}

const URL_IS_OVER = 'The URL is over, or was altered.';

/** A digest that the client sends of its own accord must hold as well. */
function withDigest(grant: PartGrant, request: FastifyRequest): Outcome<PartGrant> {
  const digest = sha256OfDigest(request.headers['content-digest']);
  if (!digest.ok) return digest;
  const sha256 = digest.value;
  if (sha256 === undefined) return ok(grant);
  if (grant.sha256 !== undefined && grant.sha256 !== sha256) return fault('CHECKSUM_MISMATCH');
  return ok({ ...grant, sha256 });
}

async function takePart(
  deps: PartsDeps,
  grant: PartGrant,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const outcome = await receive(deps, grant, request);
  if (outcome === 'client-gone') {
    reply.raw.statusCode = CLIENT_CLOSED_REQUEST;
    return reply.hijack();
  }
  if (!outcome.ok) return sendProblem(reply, outcome.fault);
  const { etag, sha256 } = outcome.value;
  return reply
    .code(200)
    .headers({ etag: `"${etag}"`, 'repr-digest': digestField(sha256) })
    .send();
}

async function receive(
  { receivePart, metrics }: PartsDeps,
  grant: PartGrant,
  request: FastifyRequest,
): Promise<Outcome<ReceivedPart> | 'client-gone'> {
  const detached = detachBody(request.raw);
  metrics.connections.inc({ transport: 'upload' });
  try {
    return await receivePart(grant, correlationOf(request), inputOf(request, detached));
  } catch (error) {
    if (!detached.signal.aborted) throw error;
    return 'client-gone';
  } finally {
    detached.body.destroy();
    metrics.connections.dec({ transport: 'upload' });
    metrics.receivedBytes.inc({ protocol: 'part' }, detached.receivedBytes());
  }
}

function inputOf(
  request: FastifyRequest,
  { body, signal }: DetachedBody,
): Parameters<PartsDeps['receivePart']>[2] {
  const length = request.headers['content-length'];
  return { body, signal, contentLength: length === undefined ? undefined : Number(length) };
}
