import type { FastifyReply } from 'fastify';
import type { Actor } from '../../domain/actor.js';
import type { File } from '../../domain/file.js';
import type { UrlSigner } from '../../ports/url-signer.js';
import type { createUpload } from '../../usecases/create-upload.js';
import type { cancelUpload, deleteFile, withdrawUpload } from '../../usecases/end-file.js';
import type { joinUploads } from '../../usecases/resumable/join-uploads.js';
import type { UploadPosition, uploadPosition } from '../../usecases/resumable/upload-position.js';
import { sendProblem } from '../problem.js';
import { appendBody, type AppendBodyDeps, type TusRequest } from './append-body.js';
import { descriptionHeaders, positionHeaders, refuseType, sendGone, sendRefusal } from './answers.js';
import { readCreation } from './creation-request.js';
import { contentLengthOf, continuesUpload, hasBody } from './request-headers.js';

/** What the handlers of the protocol need. */
export interface TusHandlersDeps extends AppendBodyDeps {
  readonly useCases: AppendBodyDeps['useCases'] & {
    readonly createUpload: ReturnType<typeof createUpload>;
    readonly uploadPosition: ReturnType<typeof uploadPosition>;
    readonly joinUploads: ReturnType<typeof joinUploads>;
    readonly cancelUpload: ReturnType<typeof cancelUpload>;
    readonly withdrawUpload: ReturnType<typeof withdrawUpload>;
    readonly deleteFile: ReturnType<typeof deleteFile>;
  };
  readonly urls: Pick<UrlSigner, 'tusUrl'>;
}

type Handler = (actor: Actor, request: TusRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** What is answered to a client that is gone; seen in logs and metrics alone. */
const CLIENT_CLOSED_REQUEST = 499;

/** Makes the handlers of a request that was let in: each only translates. */
export function createTusHandlers(
  deps: TusHandlersDeps,
): Record<'create' | 'position' | 'append' | 'terminate', Handler> {
  return {
    create: (actor, request, reply) => create(deps, actor, request, reply),
    position: async (actor, request, reply) => {
      const found = await deps.useCases.uploadPosition(actor, request.params.id);
      if (!found.ok) return sendProblem(reply, found.fault);
      if (found.value.phase === 'over') return sendGone(reply, found.value);
      const headers = { ...positionHeaders(found.value), ...descriptionHeaders(found.value) };
      return reply.code(200).headers(headers).send();
    },
    append: async (actor, request, reply) => {
      const outcome = await appendBody(deps, actor, request, request.params.id);
      if (outcome === 'client-gone') return leave(reply);
      if (outcome === 'wrong-type') return refuseType(reply);
      if (!outcome.ok) return sendRefusal(reply, outcome.fault, outcome.position);
      return reply.code(204).headers(positionHeaders(outcome.value)).send();
    },
    terminate: async (actor, request, reply) => {
      const found = await deps.useCases.uploadPosition(actor, request.params.id);
      if (!found.ok) return sendProblem(reply, found.fault);
      if (found.value.phase === 'over') return sendGone(reply, found.value);
      // A file that is complete may be inspected or in use: to end it takes the right to delete.
      const end = found.value.phase === 'open' ? deps.useCases.cancelUpload : deps.useCases.deleteFile;
      const ended = await end(actor, { fileId: request.params.id });
      if (ended.ok) return reply.code(204).send();
      if (found.value.file.state === 'SCANNING') void reply.header('retry-after', '1');
      return sendRefusal(reply, ended.fault, found.value);
    },
  };
}

async function create(
  deps: TusHandlersDeps,
  actor: Actor,
  request: TusRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const creation = readCreation(request.headers);
  if (!creation.ok) return sendProblem(reply, creation.fault);
  const wanted = creation.value;
  if (wanted.kind === 'final') {
    const joined = await deps.useCases.joinUploads(actor, wanted);
    return joined.ok ? sendCreated(deps, reply, joined.value, {}) : sendProblem(reply, joined.fault);
  }
  const brings = hasBody(request.headers);
  if (brings && !continuesUpload(request.headers)) return refuseType(reply);
  const requests = { firstBytes: brings ? contentLengthOf(request.headers) : undefined };
  const created = await deps.useCases.createUpload(actor, wanted.input, requests);
  if (!created.ok) return sendProblem(reply, created.fault);
  const { file } = created.value;
  if (brings) return createWithBytes(deps, actor, request, reply, file);
  return sendPosition(deps, reply, await positionOf(deps, actor, request, file));
}

/** A file without bytes is complete as it is created, and a repeated request may meet an upload that has moved on. */
async function positionOf(
  { useCases }: TusHandlersDeps,
  actor: Actor,
  { headers }: TusRequest,
  file: File,
): Promise<UploadPosition> {
  const isFresh = file.sizeBytes !== 0 && headers['idempotency-key'] === undefined;
  const found = isFresh ? undefined : await useCases.uploadPosition(actor, file.id);
  return found?.ok ? found.value : { file, phase: 'open', offsetBytes: 0 };
}

async function createWithBytes(
  deps: TusHandlersDeps,
  actor: Actor,
  request: TusRequest,
  reply: FastifyReply,
  file: File,
): Promise<FastifyReply> {
  const isRepeated = request.headers['idempotency-key'] !== undefined;
  const known = isRepeated ? { isRepeatable: true } : { opened: file };
  const outcome = await appendBody(deps, actor, request, file.id, { offsetBytes: 0, ...known });
  if (typeof outcome === 'object' && outcome.ok) return sendPosition(deps, reply, outcome.value);
  if (typeof outcome === 'object' && outcome.position && isRepeated) {
    return sendPosition(deps, reply, outcome.position);
  }
  // The client was never told of the upload: only a repeated request with its key could go on with it.
  if (!isRepeated) await deps.useCases.withdrawUpload(actor, file);
  if (outcome === 'client-gone') return leave(reply);
  return outcome === 'wrong-type' ? refuseType(reply) : sendRefusal(reply, outcome.fault);
}

/**
 * A creation that is repeated gets the same upload again. Of one that is over no byte counts, so that nobody takes where it
 * stood for bytes that are kept: who goes on with it from the first one learns that it is gone.
 */
const sendPosition = (deps: TusHandlersDeps, reply: FastifyReply, position: UploadPosition): FastifyReply =>
  sendCreated(
    deps,
    reply,
    position.file,
    positionHeaders(position.phase === 'over' ? { ...position, offsetBytes: 0 } : position),
  );

const sendCreated = (
  { urls }: TusHandlersDeps,
  reply: FastifyReply,
  { id }: File,
  headers: Record<string, string>,
): FastifyReply =>
  reply
    .code(201)
    .headers({ ...headers, location: urls.tusUrl(id) })
    .send();

function leave(reply: FastifyReply): FastifyReply {
  reply.raw.statusCode = CLIENT_CLOSED_REQUEST;
  return reply.hijack();
}
