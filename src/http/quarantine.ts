import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../domain/errors.js';
import { FORENSIC_PASSWORD, type ZipEncryption } from '../domain/zip-encryption.js';
import type { Metrics } from '../observability/metrics.js';
import { traceFile } from '../observability/tracing.js';
import type { SecretZip } from '../ports/secret-zip.js';
import type { UrlSigner } from '../ports/url-signer.js';
import type {
  openForensic,
  openReleased,
  QuarantinedDownload,
} from '../usecases/quarantine/open-quarantined.js';
import { correlationOf } from './correlation.js';
import { answerDownload, breakOffWithdrawn, refuseUrl } from './downloads.js';
import { sendProblem } from './problem.js';
import { onceOver } from './response-over.js';

/** What serving quarantined content needs. */
export interface QuarantineDeps {
  readonly urls: Pick<UrlSigner, 'readReleased' | 'readForensic'>;
  readonly openReleased: ReturnType<typeof openReleased>;
  readonly openForensic: ReturnType<typeof openForensic>;
  readonly zip: SecretZip;
  readonly metrics: Metrics;
}

/** Zips that one process packs at the same time: each takes a good part of a processor. */
const MAX_ZIPS = 2;
const ZIP_RETRY_MS = 5_000;

/**
 * Adds `GET` and `HEAD /quarantine/released/:token`, which serves infected content while a release of it is in force,
 * and `GET /quarantine/forensic/:token`, which serves it in a zip with a password.
 */
export function registerQuarantine(app: FastifyInstance, deps: QuarantineDeps): void {
  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/quarantine/released/:token',
    handler: async (request, reply) => {
      const grant = await deps.urls.readReleased(request.params.token);
      if (!grant) return refuseUrl(reply);
      traceFile(grant);
      const outcome = await deps.openReleased(grant, correlationOf(request));
      if (!outcome.ok) return sendProblem(reply, outcome.fault);
      const { file } = outcome.value;
      // Whatever it was taken for, nothing is to open it by itself.
      const content = { ...outcome.value, file: { ...file, detectedType: null } };
      return answerDownload(deps, content, request, reply);
    },
  });
  addForensic(app, deps);
}

function addForensic(app: FastifyInstance, deps: QuarantineDeps): void {
  let open = 0;
  const take = async (
    request: FastifyRequest<{ Params: { token: string } }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    const grant = await deps.urls.readForensic(request.params.token);
    if (!grant) return refuseUrl(reply);
    traceFile(grant);
    const outcome = await deps.openForensic(grant, correlationOf(request));
    if (!outcome.ok) return sendProblem(reply, outcome.fault);
    if (open >= MAX_ZIPS) {
      return sendProblem(reply, fault('OVERLOADED', { retryAfterMs: ZIP_RETRY_MS }).fault);
    }
    open += 1;
    deps.metrics.connections.inc({ transport: 'download' });
    const gone = new AbortController();
    onceOver(reply.raw, () => {
      open -= 1;
      deps.metrics.connections.dec({ transport: 'download' });
      gone.abort();
    });
    if (gone.signal.aborted) return reply.hijack();
    return sendZip(deps, outcome.value, grant.encryption, { reply, signal: gone.signal });
  };
  app.get<{ Params: { token: string } }>('/quarantine/forensic/:token', take);
}

/** The content is proven before it is locked: no zip ends well whose content is not what was inspected. */
async function sendZip(
  { zip, metrics }: QuarantineDeps,
  { file, read, withdrawn }: QuarantinedDownload,
  encryption: ZipEncryption,
  { reply, signal }: { readonly reply: FastifyReply; readonly signal: AbortSignal },
): Promise<FastifyReply> {
  const { sizeBytes, sha256, updatedAt } = file;
  const { body } = await read();
  breakOffWithdrawn(body, withdrawn(signal));
  const lock = { password: FORENSIC_PASSWORD, encryption };
  const packed = await zip({ name: sha256, sizeBytes, modifiedAt: updatedAt, body }, lock);
  packed.on('data', (chunk: Buffer) => {
    metrics.servedBytes.inc(chunk.length);
  });
  packed.pause();
  return reply
    .headers({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${sha256}.zip"`,
      'cache-control': 'private, no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    })
    .send(packed);
}
