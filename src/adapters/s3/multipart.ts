import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { PermanentError, UploadGoneError } from '../../domain/errors.js';
import type { StoredArea, OpenUpload, StoredPart } from '../../ports/object-store.js';
import { checkKey, type S3 } from './buckets.js';
import { requireSameStore } from './identity.js';
import { putStream } from './put-stream.js';
import { DEPENDENCY, isMissing } from './s3-error.js';

/** An upload into any area; the port knows those into `ingest` alone. */
export interface AreaUpload extends OpenUpload {
  readonly area: StoredArea;
}

/** An upload as the store lists it. */
export interface UploadById extends Pick<AreaUpload, 'area' | 'key'> {
  readonly uploadId: string;
}

/** Metadata of an object: which upload it came from, so that finishing twice can be told from failing. */
const UPLOAD_HEADER = 'x-amz-meta-lazaret-upload';
const UPLOAD_METADATA = 'lazaret-upload';

/** Opens a multipart upload. A repeated call after a lost answer leaves one behind without parts. */
export async function beginUpload(
  { connection, bucketOf }: S3,
  area: StoredArea,
  key: string,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<AreaUpload> {
  const mark = randomBytes(16).toString('hex');
  const bucket = bucketOf(area);
  checkKey(key);
  const uploadId = await connection.call(signal, (client) =>
    client.initiateNewMultipartUpload(bucket, key, { ...headers, [UPLOAD_HEADER]: mark }),
  );
  return { area, key, handle: `${mark}.${uploadId}` };
}

/** Streams one part in. */
export async function putPart(
  s3: S3,
  upload: AreaUpload,
  partNumber: number,
  sizeBytes: number,
  body: Readable,
  signal?: AbortSignal,
): Promise<StoredPart> {
  const { connection, bucketOf } = s3;
  const { uploadId } = readHandle(upload);
  const query = { partNumber: String(partNumber), uploadId };
  const target = { bucket: bucketOf(upload.area), key: checkKey(upload.key), query };
  try {
    return { partNumber, etag: await putStream(connection, target, sizeBytes, body, signal) };
  } catch (error) {
    throw await explainMissing(s3, upload, error, signal);
  }
}

/** Makes the parts one object. A second call finds the mark of the upload on the object and is content. */
export async function finishUpload(
  s3: S3,
  upload: AreaUpload,
  parts: readonly StoredPart[],
  signal?: AbortSignal,
): Promise<void> {
  const { connection, bucketOf } = s3;
  const { mark, uploadId } = readHandle(upload);
  const bucket = bucketOf(upload.area);
  const key = checkKey(upload.key);
  if (parts.length === 0) return finishEmpty(s3, upload, signal);
  const etags = parts.map(({ partNumber, etag }) => ({ part: partNumber, etag }));
  try {
    await connection.call(
      signal,
      (client) => client.completeMultipartUpload(bucket, key, uploadId, etags),
      connection.timeouts.finishMs,
    );
  } catch (error) {
    const isMade = async (): Promise<boolean> => (await markOf(s3, upload, signal)) === mark;
    if (await isMade()) return;
    // Ceph answers 500 for ever where an upload is gone: without this it would look worth another try.
    if (await isOpen(s3, upload, signal)) throw await explainMissing(s3, upload, error, signal);
    // Asked again, because somebody else may have finished it between the two questions.
    if (await isMade()) return;
    await requireSameStore(s3, signal);
    throw goneError(upload, error);
  }
}

/** What an error means by which the store says that it has no such upload, or not those parts of it; others pass unchanged. */
export async function explainMissing(
  s3: S3,
  upload: OpenUpload,
  error: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  if (!isMissing(error, 'NoSuchUpload', 'InvalidPart')) return error;
  await requireSameStore(s3, signal);
  return goneError(upload, error);
}

/** What is thrown of an upload that is not there, or not all of it. */
export const goneError = ({ key }: OpenUpload, cause: unknown): UploadGoneError =>
  new UploadGoneError(DEPENDENCY, key, 'There is no such upload, or it has not these parts.', { cause });

/** Whether the store lists an upload as open. */
export async function isOpen(
  { connection, bucketOf }: S3,
  upload: AreaUpload,
  signal?: AbortSignal,
): Promise<boolean> {
  const { uploadId } = readHandle(upload);
  return connection.call(signal, async (client) => {
    const open: AsyncIterable<{ uploadId: string }> = client.listIncompleteUploads(
      bucketOf(upload.area),
      upload.key,
      true,
    );
    for await (const item of open) if (item.uploadId === uploadId) return true;
    return false;
  });
}

/** S3 has no multipart upload without parts: the object is put, and the upload forgotten. */
async function finishEmpty(s3: S3, upload: AreaUpload, signal?: AbortSignal): Promise<void> {
  const { mark } = readHandle(upload);
  const bucket = s3.bucketOf(upload.area);
  await s3.connection.call(signal, (client) =>
    client.putObject(bucket, upload.key, Buffer.alloc(0), 0, { [UPLOAD_HEADER]: mark }),
  );
  await abortUpload(s3, upload, signal);
}

/** Forgets an upload. One that is finished, or gone, is no error. */
export const abortUpload = (s3: S3, upload: AreaUpload, signal?: AbortSignal): Promise<void> =>
  abortUploadById(s3, { ...upload, ...readHandle(upload) }, signal);

/** Like `abortUpload`, where all that is known is the store's own id. */
export async function abortUploadById(
  { connection, bucketOf }: S3,
  upload: UploadById,
  signal?: AbortSignal,
): Promise<void> {
  const { uploadId } = upload;
  const key = checkKey(upload.key);
  try {
    await connection.call(signal, (client) =>
      client.abortMultipartUpload(bucketOf(upload.area), key, uploadId),
    );
  } catch (error) {
    if (!isMissing(error, 'NoSuchUpload', 'NotFound')) throw error;
  }
}

async function markOf(
  { connection, bucketOf }: S3,
  upload: AreaUpload,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    const { metaData } = await connection.call(signal, (client) =>
      client.statObject(bucketOf(upload.area), upload.key),
    );
    return (metaData as Record<string, unknown>)[UPLOAD_METADATA];
  } catch (error) {
    if (isMissing(error, 'NoSuchKey', 'NotFound')) return undefined;
    throw error;
  }
}

/** Takes a handle apart: the mark of the upload, and its id in the store. */
export function readHandle({ handle }: OpenUpload): { readonly mark: string; readonly uploadId: string } {
  const [, mark, uploadId] = /^([0-9a-f]{32})\.([\w.~+/=-]+)$/.exec(handle) ?? [];
  if (mark === undefined || uploadId === undefined) {
    throw new PermanentError(DEPENDENCY, 'The handle was not made by this store.');
  }
  return { mark, uploadId };
}

/** Whether a handle is that of an upload, by the store's own id. */
export const isUploadOf = (handle: string, uploadId: string): boolean =>
  handle.slice(handle.indexOf('.') + 1) === uploadId;
