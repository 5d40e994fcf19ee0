import { withRetries } from '../api/retry.js';
import { UploadError } from '../api/upload-error.js';
import {
  CreateUploadDocument,
  type CreateUploadInput,
  type CreateUploadMutation,
} from '../generated/graphql.js';
import type { UploadDeps } from '../upload-deps.js';

/** An upload that the service has opened, now or when its key was used first. */
export interface CreatedUpload {
  readonly fileId: string;
  /** As it was then. */
  readonly transfer: CreateUploadMutation['createUpload']['transfer'];
}

/**
 * Opens an upload. The same key and input answer with the same upload.
 *
 * @throws UploadError, or the reason of the signal
 */
export async function createUpload(
  deps: UploadDeps,
  input: CreateUploadInput,
  signal?: AbortSignal,
): Promise<CreatedUpload> {
  const ask = (): Promise<CreateUploadMutation> =>
    deps.transport.request(CreateUploadDocument, { input }, signal);
  const { file, transfer } = (await withRetries(deps, ask, signal)).createUpload;
  return { fileId: file.id, transfer };
}

/**
 * Whether a failure says that there is no such upload and that trying again brings none: neither does an answer that
 * cannot be read, nor one to somebody who is not signed in.
 */
export const isRefusedForGood = (error: unknown): boolean =>
  error instanceof UploadError &&
  !error.retryable &&
  error.category !== 'auth' &&
  error.category !== 'client' &&
  error.code !== 'BAD_ANSWER';
