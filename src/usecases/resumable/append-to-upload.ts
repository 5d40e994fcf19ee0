import type { Readable } from 'node:stream';
import { authorise, type Actor } from '../../domain/actor.js';
import {
  fault,
  FaultError,
  PermanentError,
  TransientError,
  type Fault,
  type Outcome,
} from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import { parseFileId, type FileId } from '../../domain/ids.js';
import { ok } from '../../domain/result.js';
import type { UploadLock, UploadLocks } from '../../ports/upload-locks.js';
import type { CompleteUploadDeps } from '../complete-upload.js';
import { reconcileById } from '../direct/reconcile-parts.js';
import { longestUpload, tooLarge } from '../check-new-file.js';
import { refuseBytes, type RefuseBytesDeps } from '../refuse-bytes.js';
import { beginAppend, type Appendable, type AppendClaim } from './begin-append.js';
import type { PromisedChecksum } from './body-checksum.js';
import { beginsAlike } from './compare-beginning.js';
import { takeBody, type TakeBodyDeps } from './take-body.js';
import { fallBack, FragmentGoneError, type FallBackDeps } from './lost-fragment.js';
import { readTransfer } from './transfer.js';
import { readPosition, type UploadPosition } from './upload-position.js';

/** Bytes that continue an upload from where it stands. */
export interface AppendInput extends Omit<AppendClaim, 'fileId'> {
  readonly fileId: string;
  readonly body: Readable;
  /** If given, nothing of the body counts before all of it is proven. */
  readonly checksum?: PromisedChecksum | undefined;
  /** Whether the request may have been made before: then bytes that are there already must be the same. */
  readonly isRepeatable?: boolean;
  /** The upload, if this very request has opened it: nothing of it can be there yet. */
  readonly opened?: File | undefined;
}

/** What became of bytes. */
export type AppendOutcome =
  | (Outcome<UploadPosition> & { readonly ok: true })
  | {
      readonly ok: false;
      readonly fault: Fault;
      /** Where the upload stands instead; with a CONFLICT. */
      readonly position?: UploadPosition;
    };

/** What appending needs. */
export interface AppendDeps extends TakeBodyDeps, CompleteUploadDeps, RefuseBytesDeps, FallBackDeps {
  readonly locks: UploadLocks;
}

/** When a client that was told to wait may come again. */
const RETRY_AFTER_MS = 1_000;

/**
 * Appends bytes to an upload and completes it with the last one. One request at a time: a newer one asks the
 * older one to end, because that is most likely one whose client is gone; what it has brought stays.
 *
 * @returns NOT_FOUND; CONFLICT when the upload is over or stands elsewhere; OVERLOADED when another request has
 * the upload; TOO_LARGE, QUOTA_EXCEEDED, CHECKSUM_MISMATCH, BAD_USER_INPUT
 * @throws the body's own error, after what had arrived of it was made durable; TransientError, also when there are
 * no locks to be had
 */
export const appendToUpload =
  (deps: AppendDeps) =>
  async (actor: Actor, input: AppendInput): Promise<AppendOutcome> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const fileId = parseFileId(input.fileId);
    if (!fileId) return fault('NOT_FOUND');
    const lock = await deps.locks.acquire({ tenantId: actor.tenantId, fileId });
    if (!lock) return busy();
    try {
      return await append(deps, actor, { ...input, fileId }, lock);
    } finally {
      await lock.release();
    }
  };

type Append = AppendInput & { readonly fileId: FileId };

async function append(
  deps: AppendDeps,
  actor: Actor,
  input: Append,
  lock: UploadLock,
): Promise<AppendOutcome> {
  const begun = input.opened
    ? await beginFirst(deps, actor, input, input.opened)
    : await begin(deps, actor, input);
  if (begun.ok) return take(deps, actor, begun.value, { ...input, lock });
  const isOther =
    begun.fault.code === 'CONFLICT' && input.isRepeatable && !(await isAlike(deps, actor, input));
  return isOther ? mismatch() : refuse(deps, actor, input.fileId, begun.fault);
}

async function begin(deps: AppendDeps, actor: Actor, input: Append): Promise<Outcome<Appendable>> {
  const lost = await reconcileById(deps, actor, input.fileId, 'all');
  if (lost) return lost;
  const { minPartBytes } = deps.objects;
  return deps.files.transact(actor, (tx) => beginAppend(tx, input, { now: deps.clock.now(), minPartBytes }));
}

/** There is nothing to look at yet. Who finds the upload and begins to append meanwhile fences this request off. */
async function beginFirst(
  { files }: AppendDeps,
  actor: Actor,
  { contentLength = 0 }: Append,
  file: File,
): Promise<Outcome<Appendable>> {
  const limitBytes =
    file.sizeBytes ?? (await files.transact(actor, async (tx) => longestUpload(await tx.policy(), file)));
  if (contentLength > limitBytes) return tooLarge(limitBytes);
  return ok({ file, parts: new Map(), fragments: [], offsetBytes: 0, limitBytes });
}

/** Lets go of the body when somebody else wants the upload. */
async function take(
  deps: AppendDeps,
  actor: Actor,
  upload: Appendable,
  input: Append & { readonly lock: UploadLock },
): Promise<AppendOutcome> {
  const letGo = (): void => {
    input.body.destroy(new Error('Another request wants the upload.'));
  };
  const { wanted } = input.lock;
  wanted.addEventListener('abort', letGo);
  if (wanted.aborted) letGo();
  try {
    const file = await takeBody(deps, actor, upload, input);
    // The last byte has completed it, and there is nothing more to learn.
    if (file?.state === 'SCANNING') return ok({ file, phase: 'complete', offsetBytes: file.sizeBytes ?? 0 });
    return await readPosition(deps, actor, input.fileId);
  } catch (error) {
    if (error instanceof FaultError) return await refuse(deps, actor, input.fileId, error.fault);
    if (wanted.reason instanceof TransientError) throw wanted.reason;
    if (wanted.aborted) return busy();
    const refused = error instanceof PermanentError && (await explain(deps, actor, upload.file, error));
    if (refused) return await refuse(deps, actor, input.fileId, refused.fault);
    throw error;
  } finally {
    wanted.removeEventListener('abort', letGo);
  }
}

/** Says why what the store has refused for good cannot be entered, where that is for its sender to know. */
const explain = (
  deps: AppendDeps,
  actor: Actor,
  file: File,
  error: PermanentError,
): Promise<ReturnType<typeof fault> | undefined> =>
  error instanceof FragmentGoneError
    ? fallBack(deps, actor, file, error)
    : refuseBytes(deps, actor, file, error);

async function isAlike(deps: AppendDeps, actor: Actor, { fileId, body }: Append): Promise<boolean> {
  const transfer = await deps.files.transact(actor, async (tx) => {
    const file = await tx.find(fileId);
    return file && readTransfer(tx, file);
  });
  return !transfer || beginsAlike(deps.objects, transfer, body);
}

/** Who was wrong about the offset learns the right one. */
async function refuse(
  deps: AppendDeps,
  actor: Actor,
  fileId: FileId,
  refusal: Fault,
): Promise<AppendOutcome> {
  if (refusal.code !== 'CONFLICT') return { ok: false, fault: refusal };
  const position = await readPosition(deps, actor, fileId);
  return { ok: false, fault: refusal, ...(position.ok && { position: position.value }) };
}

const mismatch = (): ReturnType<typeof fault> => fault('IDEMPOTENCY_MISMATCH', { field: 'Idempotency-Key' });

const busy = (): ReturnType<typeof fault> =>
  fault('OVERLOADED', { message: 'Another request has the upload.', retryAfterMs: RETRY_AFTER_MS });
