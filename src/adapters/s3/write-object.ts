import type { Readable } from 'node:stream';
import { PermanentError } from '../../domain/errors.js';
import type { ObjectRef, StoredPart } from '../../ports/object-store.js';
import { checkKey, type S3 } from './buckets.js';
import { abortUpload, beginUpload, finishUpload, putPart, type AreaUpload } from './multipart.js';
import { putStream } from './put-stream.js';
import { DEPENDENCY } from './s3-error.js';
import { splitBody } from './split-body.js';

/** Most parts that S3 accepts in one upload. */
const MAX_PARTS = 10_000;

/**
 * Writes a whole object: in one request, or in parts one after the other where it is larger.
 *
 * @param pieceBytes - largest single request
 */
export async function writeObject(
  s3: S3,
  pieceBytes: number,
  ref: ObjectRef,
  sizeBytes: number,
  body: Readable,
  signal?: AbortSignal,
): Promise<void> {
  if (sizeBytes <= pieceBytes) {
    const target = { bucket: s3.bucketOf(ref.area), key: checkKey(ref.key), query: {} };
    await putStream(s3.connection, target, sizeBytes, body, signal);
    return;
  }
  const upload = await beginUpload(s3, ref.area, ref.key, signal);
  try {
    const partBytes = Math.max(pieceBytes, Math.ceil(sizeBytes / MAX_PARTS));
    await finishUpload(s3, upload, await putPieces(s3, upload, partBytes, sizeBytes, body, signal), signal);
  } catch (error) {
    // Not under the signal: it may be why this is given up. A failure leaves a collectable upload.
    await abortUpload(s3, upload).catch(() => undefined);
    throw error;
  }
}

async function putPieces(
  s3: S3,
  upload: AreaUpload,
  partBytes: number,
  sizeBytes: number,
  body: Readable,
  signal?: AbortSignal,
): Promise<readonly StoredPart[]> {
  const pieces = splitBody(body);
  const parts: StoredPart[] = [];
  for (let offset = 0; offset < sizeBytes; offset += partBytes) {
    const size = Math.min(partBytes, sizeBytes - offset);
    parts.push(await putPart(s3, upload, parts.length + 1, size, pieces.take(size), signal));
  }
  if (!(await pieces.isExhausted())) {
    throw new PermanentError(DEPENDENCY, 'The body has more bytes than were announced.');
  }
  return parts;
}
