import type { ObjectRef, StoredPart } from '../../ports/object-store.js';
import { checkKey, type S3, type StoredRef } from './buckets.js';
import { abortUpload, beginUpload, finishUpload, readHandle, type AreaUpload } from './multipart.js';
import { isMissing } from './s3-error.js';
import { statObject } from './stat-object.js';

/** Slowest store that a copy is still waited for, in bytes a millisecond. */
const MIN_COPY_RATE = 4_096;

/**
 * Has the store copy an object into the quarantine, in parts where it is large. It is there when it is whole.
 *
 * @param copyBytes - most bytes of one request
 */
export async function isolateObject(
  s3: S3,
  copyBytes: number,
  from: ObjectRef,
  key: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const isThere = async (): Promise<boolean> =>
    (await statObject(s3, { area: 'quarantine', key }, signal)) !== undefined;
  if (await isThere()) return true;
  const sizeBytes = await statObject(s3, from, signal);
  // Asked again, because somebody else may have been faster.
  if (sizeBytes === undefined) return isThere();
  // Also what fits one request: only uploads are begun without the tags of what they are copied from.
  const upload = await beginUpload(s3, 'quarantine', key, signal);
  try {
    await finishUpload(s3, upload, await copyParts(s3, upload, from, sizeBytes, copyBytes, signal), signal);
    return true;
  } catch (error) {
    // Not under the signal: it may be why this is given up. A failure leaves a collectable upload.
    await abortUpload(s3, upload).catch(() => undefined);
    if (isMissing(error, 'NoSuchKey', 'NotFound')) return isThere();
    throw error;
  }
}

async function copyParts(
  s3: S3,
  upload: AreaUpload,
  from: StoredRef,
  sizeBytes: number,
  copyBytes: number,
  signal?: AbortSignal,
): Promise<readonly StoredPart[]> {
  const parts: StoredPart[] = [];
  for (let start = 0; start < sizeBytes; start += copyBytes) {
    const end = Math.min(start + copyBytes, sizeBytes) - 1;
    parts.push(await copyPart(s3, upload, from, { start, end, partNumber: parts.length + 1 }, signal));
  }
  return parts;
}

async function copyPart(
  { connection, bucketOf }: S3,
  upload: AreaUpload,
  from: StoredRef,
  { start, end, partNumber }: { readonly start: number; readonly end: number; readonly partNumber: number },
  signal?: AbortSignal,
): Promise<StoredPart> {
  const headers = {
    'x-amz-copy-source': `/${bucketOf(from.area)}/${checkKey(from.key)}`,
    'x-amz-copy-source-range': `bytes=${String(start)}-${String(end)}`,
  };
  const { uploadId: uploadID } = readHandle(upload);
  const target = { bucketName: bucketOf(upload.area), objectName: upload.key, uploadID, partNumber, headers };
  const deadlineMs = connection.timeouts.callMs + (end - start) / MIN_COPY_RATE;
  const { etag } = await connection.call(signal, (client) => client.uploadPart(target), deadlineMs);
  return { partNumber, etag };
}
