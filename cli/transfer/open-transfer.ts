import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { GraphQLClient } from '../api/graphql-client.js';
import { CREATE_UPLOAD, FILE_BY_ID, type CreateUploadInput } from '../api/operations.js';
import { UsageError } from '../usage-error.js';
import { isEnded } from './follow-upload.js';
import { hashBlob } from './hash-blob.js';
import { planParts, type PlannedPart } from './part-plan.js';

/** What is still to be done for an upload. */
export interface OpenTransfer {
  readonly fileId: string;
  readonly parts: readonly PlannedPart[];
  /** Whether the service still waits for bytes or for the completion. */
  readonly isOpen: boolean;
}

/** What a new upload is told of its file. */
export interface NewUpload extends Pick<CreateUploadInput, 'contentType' | 'priority' | 'metadata'> {
  /** Whether the SHA-256 of the whole file is declared, so that other bytes can never become CLEAN. */
  readonly verify: boolean;
}

/** Opens an upload for a file. */
export async function createTransfer(
  graphql: GraphQLClient,
  filePath: string,
  blob: Blob,
  { verify, ...declared }: NewUpload,
  signal: AbortSignal,
): Promise<OpenTransfer> {
  const sha256 = verify ? await hashBlob(blob, signal) : undefined;
  const input: CreateUploadInput = {
    name: path.basename(filePath),
    sizeBytes: blob.size,
    ...declared,
    ...(sha256 === undefined ? {} : { sha256 }),
    idempotencyKey: randomUUID(),
  };
  const { createUpload } = await graphql.request(CREATE_UPLOAD, { input }, signal);
  const parts = planParts(blob.size, createUpload.transfer);
  return { fileId: createUpload.file.id, parts, isOpen: true };
}

/**
 * Takes up an upload again.
 *
 * @throws UsageError when there is none, or the file on disk cannot be the same
 */
export async function resumeTransfer(
  graphql: GraphQLClient,
  fileId: string,
  blob: Blob,
  signal: AbortSignal,
): Promise<OpenTransfer> {
  const { file } = await graphql.request(FILE_BY_ID, { id: fileId }, signal);
  if (file === null) throw new UsageError(`There is no upload with the id ${fileId}.`);
  if (file.sizeBytes !== blob.size) {
    throw new UsageError(
      `The upload ${fileId} ("${file.name}") is of ${file.sizeBytes} bytes, the file has ${blob.size}: it is another one.`,
    );
  }
  const isOpen = !isEnded(file.state) && file.state !== 'SCANNING';
  const parts = isOpen ? planParts(blob.size, file.upload, file.upload.missingPartNumbers) : [];
  return { fileId, parts, isOpen };
}
