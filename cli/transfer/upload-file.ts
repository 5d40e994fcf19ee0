import { openAsBlob } from 'node:fs';
import { ApiError } from '../api/api-error.js';
import { COMPLETE_UPLOAD, FILE_BY_ID, type RemoteFile } from '../api/operations.js';
import type { Row } from '../show/display.js';
import { followUpload, isEnded, type FollowDeps } from './follow-upload.js';
import { createTransfer, resumeTransfer, type NewUpload, type OpenTransfer } from './open-transfer.js';
import { sendParts, type SendOptions } from './send-parts.js';

/** What uploading needs. */
export interface UploadDeps extends FollowDeps {
  readonly send: SendOptions;
  readonly declared: NewUpload;
}

/** How the upload of one file ended. */
export type UploadResult =
  | { readonly kind: 'ended'; readonly path: string; readonly file: RemoteFile }
  | {
      readonly kind: 'failed';
      readonly path: string;
      readonly error: unknown;
      readonly fileId: string | undefined;
    };

/**
 * Sends one file and follows it to its verdict. Never throws: what went wrong is part of the result,
 * together with the id by which the upload can be taken up again.
 *
 * @param resumed - id of an upload that was begun before
 */
export const uploadFile =
  (deps: UploadDeps) =>
  async (path: string, row: Row, signal: AbortSignal, resumed?: string): Promise<UploadResult> => {
    let fileId = resumed;
    try {
      const blob = await openAsBlob(path);
      const transfer =
        resumed === undefined
          ? await createTransfer(deps.graphql, path, blob, deps.declared, signal)
          : await resumeTransfer(deps.graphql, resumed, blob, signal);
      fileId = transfer.fileId;
      return { kind: 'ended', path, file: await sendAndFollow(deps, transfer, blob, row, signal) };
    } catch (error) {
      return { kind: 'failed', path, error, fileId };
    }
  };

async function sendAndFollow(
  deps: UploadDeps,
  transfer: OpenTransfer,
  blob: Blob,
  row: Row,
  signal: AbortSignal,
): Promise<RemoteFile> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const ended = followUpload(deps, transfer.fileId, (progress) => row.update(progress), either);
  const sent = send(deps, transfer, blob, either);
  try {
    // An upload may end before all was sent: somebody cancelled it, or it was refused.
    return await Promise.race([ended, sent.then(() => ended)]);
  } catch (error) {
    return await endedMeanwhile(deps, transfer.fileId, error, signal);
  } finally {
    stop.abort();
    await Promise.allSettled([ended, sent]);
  }
}

async function send(
  deps: UploadDeps,
  transfer: OpenTransfer,
  blob: Blob,
  signal: AbortSignal,
): Promise<void> {
  const { fileId, parts, isOpen } = transfer;
  if (!isOpen) return;
  await sendParts({ ...deps.send, graphql: deps.graphql }, fileId, blob, parts, signal);
  const input = { fileId, idempotencyKey: `complete-${fileId}` };
  await deps.graphql.request(COMPLETE_UPLOAD, { input }, signal);
}

/** A conflict mostly means that the upload has ended otherwise: then that is the answer. */
async function endedMeanwhile(
  { graphql }: UploadDeps,
  fileId: string,
  error: unknown,
  signal: AbortSignal,
): Promise<RemoteFile> {
  if (!(error instanceof ApiError) || error.detail.code !== 'CONFLICT') throw error;
  const { file } = await graphql.request(FILE_BY_ID, { id: fileId }, signal);
  if (file === null || !isEnded(file.state)) throw error;
  return file;
}
