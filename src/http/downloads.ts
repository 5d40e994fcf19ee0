import type { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault, PermanentError } from '../domain/errors.js';
import type { Metrics } from '../observability/metrics.js';
import { traceFile } from '../observability/tracing.js';
import type { ByteRange } from '../ports/object-store.js';
import type { UrlSigner } from '../ports/url-signer.js';
import type { Download, openDownload } from '../usecases/downloads.js';
import { chooseRange, type RangeChoice } from './byte-range.js';
import { correlationOf } from './correlation.js';
import { digestField } from './digest.js';
import { evaluatePreconditions, isRangeCurrent, type Validators } from './preconditions.js';
import { sendProblem } from './problem.js';
import { onceOver } from './response-over.js';

/** What serving files needs. */
export interface DownloadsDeps {
  readonly urls: Pick<UrlSigner, 'readDownload'>;
  readonly openDownload: ReturnType<typeof openDownload>;
  readonly metrics: Metrics;
}

/** Content on its way out: of a clean file, or of one that is released. */
interface Servable {
  readonly file: Pick<
    Download['file'],
    'name' | 'sizeBytes' | 'sha256' | 'verdict' | 'updatedAt' | 'detectedType'
  >;
  readonly hasRanges: boolean;
  readonly read: Download['read'];
  readonly withdrawn: Download['withdrawn'];
}

type DownloadedFile = Servable['file'];

const MEDIA_TYPE = /^[\w.+-]{1,80}\/[\w.+-]{1,80}$/;

/**
 * Adds `GET` and `HEAD /downloads/:token`: the sealed copy of a clean file, with ranges and conditions. It
 * is never shown, only saved: attachment, `nosniff` and a sandbox, whatever its type.
 */
export function registerDownloads(app: FastifyInstance, deps: DownloadsDeps): void {
  app.route<{ Params: { token: string } }>({
    method: ['GET', 'HEAD'],
    url: '/downloads/:token',
    handler: async (request, reply) => {
      const grant = await deps.urls.readDownload(request.params.token);
      if (!grant) return refuseUrl(reply);
      traceFile(grant);
      const outcome = await deps.openDownload(grant, correlationOf(request));
      if (!outcome.ok) return sendProblem(reply, outcome.fault);
      return answerDownload(deps, outcome.value, request, reply);
    },
  });
}

const URL_IS_OVER = 'The URL is over, or was altered.';

/** Answers a URL that gives no right. */
export const refuseUrl = (reply: FastifyReply): FastifyReply =>
  sendProblem(reply, fault('FORBIDDEN', { message: URL_IS_OVER }).fault);

/** Answers with content, or a part of it, as the request wishes. */
export async function answerDownload(
  deps: Pick<DownloadsDeps, 'metrics'>,
  download: Servable,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { file, hasRanges } = download;
  const validators = validatorsOf(file);
  const condition = evaluatePreconditions(request.headers, validators);
  if (condition === 'failed') {
    return sendProblem(reply, fault('CONFLICT', { message: 'The file is not the one expected.' }).fault, 412);
  }
  if (condition === 'not-modified') return reply.headers(headersOf(download, validators)).code(304).send();
  // RFC 9110, section 14.2: a server MUST ignore a Range in anything but a GET.
  const isRanged =
    hasRanges && request.method === 'GET' && isRangeCurrent(request.headers['if-range'], validators);
  const choice = chooseRange(isRanged ? request.headers.range : undefined, file.sizeBytes);
  if (choice.kind === 'unsatisfiable') return refuseRange(reply, file);
  void reply.headers(headersOf(download, validators));
  describeBody(reply, file, choice);
  if (request.method === 'HEAD') return reply.send();
  return send(deps, download, choice.kind === 'part' ? choice.range : undefined, reply);
}

function validatorsOf({ sha256, verdict, updatedAt }: DownloadedFile): Validators {
  // A sealed copy never changes after its verdict, while the row may.
  return { etag: `"${sha256}"`, lastModified: (verdict?.decidedAt ?? updatedAt).toUTCString() };
}

const headersOf = (
  { file, hasRanges }: Servable,
  { etag, lastModified }: Validators,
): Record<string, string> => ({
  etag,
  'last-modified': lastModified,
  'accept-ranges': hasRanges ? 'bytes' : 'none',
  // A later finding or a deletion must reach everybody, so nothing is kept.
  'cache-control': 'private, no-store',
  'content-type': mediaTypeOf(file),
  'content-disposition': contentDisposition(file.name, { type: 'attachment' }),
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'repr-digest': digestField(file.sha256),
});

const mediaTypeOf = ({ detectedType }: DownloadedFile): string =>
  detectedType !== null && MEDIA_TYPE.test(detectedType) ? detectedType : 'application/octet-stream';

function describeBody(reply: FastifyReply, { sizeBytes, sha256 }: DownloadedFile, choice: RangeChoice): void {
  if (choice.kind !== 'part') {
    // The content is the whole representation; of a range nobody knows the digest before it was sent.
    void reply.code(200).headers({ 'content-length': sizeBytes, 'content-digest': digestField(sha256) });
    return;
  }
  const { start, end } = choice.range;
  const range = `bytes ${String(start)}-${String(end)}/${String(sizeBytes)}`;
  void reply.code(206).headers({ 'content-range': range, 'content-length': end - start + 1 });
}

function refuseRange(reply: FastifyReply, { sizeBytes }: DownloadedFile): FastifyReply {
  void reply.header('content-range', `bytes */${String(sizeBytes)}`);
  const message = `The file has ${String(sizeBytes)} bytes.`;
  return sendProblem(reply, fault('BAD_USER_INPUT', { message, field: 'Range' }).fault, 416);
}

async function send(
  { metrics }: Pick<DownloadsDeps, 'metrics'>,
  download: Servable,
  range: ByteRange | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const gone = new AbortController();
  metrics.connections.inc({ transport: 'download' });
  onceOver(reply.raw, () => {
    gone.abort();
    metrics.connections.dec({ transport: 'download' });
  });
  if (gone.signal.aborted) return reply.hijack();
  const object = await download.read(range, gone.signal).catch(unless(gone.signal));
  if (!object) return reply.hijack();
  const { body } = object;
  body.on('data', (chunk: Buffer) => {
    metrics.servedBytes.inc(chunk.length);
  });
  body.pause();
  // Fastify learns of a failure through the stream it sends, and breaks the connection off.
  breakOffWithdrawn(body, download.withdrawn(gone.signal));
  return reply.send(body);
}

/** Content that may not be read any more ends in the middle, so that nobody takes it for whole. */
export function breakOffWithdrawn(body: Readable, withdrawn: Promise<boolean>): void {
  void withdrawn.then((isWithdrawn) => {
    if (isWithdrawn) body.destroy(new PermanentError('object-store', 'The content was withdrawn.'));
  });
}

/** Whoever is gone gets no answer, so its failure is none. */
const unless =
  (signal: AbortSignal) =>
  (error: unknown): undefined => {
    if (!signal.aborted) throw error;
  };
