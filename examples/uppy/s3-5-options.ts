import type { AwsS3Options } from 'uppy-5';
import { createWhileWanted, type Files } from './create-while-wanted.js';
import { partSizeOf, type Lazaret, type NewFile } from './lazaret.js';

/**
 * Options of `@uppy/aws-s3` 5: every hook is one operation of our API, and the bytes of a part go where its
 * URL says.
 */
export const s3Options5 = <M extends Record<string, unknown>, B extends Record<string, unknown>>(
  lazaret: Lazaret,
  uppy: Files<NewFile>,
): AwsS3Options<M, B> => ({
  // A file of no bytes has no parts: it goes the way of `getUploadParameters`.
  shouldUseMultipart: (file) => file.size !== 0,
  getChunkSize: ({ size }) => partSizeOf(size),
  createMultipartUpload: async (file) => {
    const fileId = await createWhileWanted(lazaret, uppy, file.id);
    return { uploadId: fileId, key: fileId };
  },
  signPart: (_file, { uploadId, partNumber }) => lazaret.signPart(uploadId, partNumber),
  listParts: async (_file, { key }) => {
    const parts = await lazaret.listParts(key);
    return parts.map(({ partNumber, etag, sizeBytes }) => ({
      PartNumber: partNumber,
      ETag: etag,
      Size: sizeBytes,
    }));
  },
  completeMultipartUpload: async (_file, { key, parts }) => {
    const sent = parts.map(({ PartNumber = 0, ETag = '' }) => ({ partNumber: PartNumber, etag: ETag }));
    await lazaret.completeUpload(key, sent);
    return { location: lazaret.locationOf(key) };
  },
  abortMultipartUpload: (_file, { key }) => lazaret.cancelUpload(key),
  getUploadParameters: async (file) => {
    const fileId = await createWhileWanted(lazaret, uppy, file.id);
    return { method: 'PUT', url: await lazaret.signS3Upload(fileId) };
  },
});
