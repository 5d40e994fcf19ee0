import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '../api/api-error.js';
import type { GraphQLClient } from '../api/graphql-client.js';
import { keepSubscribed } from '../api/keep-subscribed.js';
import type { Live } from '../api/live.js';
import {
  FILE_BY_ID,
  UPLOAD_PROGRESS,
  type FileState,
  type RemoteFile,
  type UploadProgress,
} from '../api/operations.js';

/** Wait between two looks at a file when nothing tells of it live, in milliseconds. */
const POLL_INTERVAL_MS = 1_000;

/** Whether nothing more happens to the upload. */
export const isEnded = (state: FileState): boolean => !['PENDING', 'RECEIVING', 'SCANNING'].includes(state);

/** What following an upload needs. */
export interface FollowDeps {
  readonly graphql: GraphQLClient;
  readonly live: Live;
}

/**
 * Follows an upload to its end: live, and where no live connection can be held, by asking.
 *
 * @returns the file as it ended
 */
export async function followUpload(
  { graphql, live }: FollowDeps,
  fileId: string,
  onProgress: (progress: UploadProgress) => void,
  signal: AbortSignal,
): Promise<RemoteFile> {
  try {
    const progress = keepSubscribed(live, UPLOAD_PROGRESS, () => ({ fileId }), signal);
    for await (const { uploadProgress } of progress) {
      onProgress(uploadProgress);
      if (isEnded(uploadProgress.stage)) return uploadProgress.file;
    }
  } catch (error) {
    if (signal.aborted || !isRetryable(error)) throw error;
  }
  return poll(graphql, fileId, signal);
}

async function poll(graphql: GraphQLClient, fileId: string, signal: AbortSignal): Promise<RemoteFile> {
  for (;;) {
    signal.throwIfAborted();
    const { file } = await graphql.request(FILE_BY_ID, { id: fileId }, signal);
    if (file !== null && isEnded(file.state)) return file;
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}
