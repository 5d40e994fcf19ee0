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
 * Whether the service has refused to open an upload, so that there is none and trying again brings none. Who is not
 * signed in may be soon, and a failure that nobody knows may have come after the fact.
 */
export const isRefusedForGood = (error: unknown): boolean =>
  error instanceof UploadError &&
  !error.retryable &&
  !['auth', 'internal', 'client'].includes(error.category);
