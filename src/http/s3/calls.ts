import type { Actor } from '../../domain/actor.js';
import { fault, type Fault, type Outcome } from '../../domain/errors.js';
import type { FileId } from '../../domain/ids.js';
import { MAX_PARTS } from '../../domain/parts.js';
import { ok } from '../../domain/result.js';
import type { UrlSigner } from '../../ports/url-signer.js';
import type { completeUpload } from '../../usecases/complete-upload.js';
import type { cancelUpload } from '../../usecases/end-file.js';
import type { getFile, uploadStatus } from '../../usecases/read-files.js';
import { givenUp, wasGivenUp } from '../../usecases/given-up.js';
import { readCompletion, type ClaimedPart } from './read-completion.js';
import { listedPart, writeXml } from './xml.js';

/** What answering the calls of S3 needs. */
export interface S3CallsDeps {
  readonly urls: Pick<UrlSigner, 'tusUrl'>;
  readonly useCases: {
    readonly getFile: ReturnType<typeof getFile>;
    readonly uploadStatus: ReturnType<typeof uploadStatus>;
    readonly completeUpload: ReturnType<typeof completeUpload>;
    readonly cancelUpload: ReturnType<typeof cancelUpload>;
  };
}

/** A request, as far as the calls differ by it. */
export interface S3Call {
  readonly method: string;
  readonly query: Readonly<Record<string, string>>;
  /** Empty when there is none. */
  readonly body: string;
}

/** What a call comes to. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly xml?: string;
}

/** What a call of an upload that is over comes to: for S3 there is none then. */
export interface NoSuchUpload {
  readonly ok: false;
  readonly fault: Fault;
  readonly isGone: true;
}

type Answer = Promise<Outcome<S3Answer> | NoSuchUpload>;

/** Name of the bucket that every upload seems to be in. */
const BUCKET = 'uploads';
/** The ETag of no bytes, as every S3 store has it. */
const ETAG_OF_NOTHING = '"d41d8cd98f00b204e9800998ecf8427e"';
const NOT_THESE_BYTES = 'Parts are sent to the URLs of signUploadParts.';

/** Answers a call of S3 about one upload, whose key and upload id are both the id of the file. */
export function createS3Calls(deps: S3CallsDeps) {
  return async (actor: Actor, fileId: FileId, { method, query, body }: S3Call): Answer => {
    if (method === 'POST' && 'uploads' in query) return initiate(deps, actor, fileId);
    if (method === 'PUT' && query['uploadId'] === undefined) return putNothing(deps, actor, fileId, body);
    if (query['uploadId'] !== fileId) return fault('NOT_FOUND');
    if (method === 'GET') return listParts(deps, actor, fileId);
    if (method === 'DELETE') return abort(deps, actor, fileId);
    if (method === 'PUT') return fault('BAD_USER_INPUT', { message: NOT_THESE_BYTES });
    const parts = readCompletion(body);
    if (!parts) return fault('BAD_USER_INPUT', { message: 'The body is no CompleteMultipartUpload.' });
    return complete(deps, actor, fileId, parts);
  };
}

const xml = (root: string, content: Readonly<Record<string, unknown>>): Outcome<S3Answer> =>
  ok({ status: 200, headers: {}, xml: writeXml(root, content) });

const namesOf = (fileId: FileId): Readonly<Record<string, string>> => ({ Bucket: BUCKET, Key: fileId });

/** The upload is open since it was created: this only says its id. */
async function initiate({ useCases }: S3CallsDeps, actor: Actor, fileId: FileId): Answer {
  const found = await useCases.getFile(actor, fileId);
  if (!found.ok) return found;
  if (!found.value) return fault('NOT_FOUND');
  return xml('InitiateMultipartUploadResult', { ...namesOf(fileId), UploadId: fileId });
}

async function listParts({ useCases }: S3CallsDeps, actor: Actor, fileId: FileId): Answer {
  const found = await useCases.getFile(actor, fileId);
  if (!found.ok) return found;
  if (!found.value) return fault('NOT_FOUND');
  const status = await useCases.uploadStatus(actor, found.value);
  if (!status.ok) return status;
  const gone = await findGone(useCases, actor, fileId);
  if (gone) return gone;
  return xml('ListPartsResult', {
    ...namesOf(fileId),
    UploadId: fileId,
    // All at once: there are clients that do not ask for a second page.
    MaxParts: MAX_PARTS,
    IsTruncated: false,
    Part: status.value.parts.map(listedPart),
  });
}

async function complete(
  { useCases, urls }: S3CallsDeps,
  actor: Actor,
  fileId: FileId,
  parts: readonly ClaimedPart[],
): Answer {
  const completed = await useCases.completeUpload(actor, { fileId, parts });
  if (!completed.ok) return explain(useCases, actor, fileId, completed);
  return xml('CompleteMultipartUploadResult', { Location: urls.tusUrl(fileId), ...namesOf(fileId) });
}

async function abort({ useCases }: S3CallsDeps, actor: Actor, fileId: FileId): Answer {
  const cancelled = await useCases.cancelUpload(actor, { fileId });
  return cancelled.ok ? ok({ status: 204, headers: {} }) : explain(useCases, actor, fileId, cancelled);
}

type UseCases = S3CallsDeps['useCases'];

/** Of an upload that was given up, expired or is lost every call says the same. */
async function findGone(
  { getFile }: Pick<UseCases, 'getFile'>,
  actor: Actor,
  fileId: FileId,
): Promise<NoSuchUpload | undefined> {
  const found = await getFile(actor, fileId);
  if (!found.ok || !found.value || !wasGivenUp(found.value)) return undefined;
  return { ...givenUp(found.value), isGone: true };
}

/** A call may find that the upload is over, or be what ends it because the store has lost it. */
async function explain(
  useCases: UseCases,
  actor: Actor,
  fileId: FileId,
  refused: { readonly ok: false; readonly fault: Fault },
): Promise<{ readonly ok: false; readonly fault: Fault } | NoSuchUpload> {
  const isOver = refused.fault.code === 'CONFLICT' && (await findGone(useCases, actor, fileId));
  return isOver ? { ...isOver, fault: refused.fault } : refused;
}

/** A file of no bytes has no part that could be sent, so that it comes as a whole object. */
async function putNothing(
  { useCases, urls }: S3CallsDeps,
  actor: Actor,
  fileId: FileId,
  body: string,
): Answer {
  if (body !== '') return fault('BAD_USER_INPUT', { message: NOT_THESE_BYTES });
  const completed = await useCases.completeUpload(actor, { fileId });
  if (!completed.ok) return completed;
  return ok({ status: 200, headers: { etag: ETAG_OF_NOTHING, location: urls.tusUrl(fileId) } });
}
