import type { DirectTransfer } from '../../ports/object-store.js';
import { checkKey, type S3 } from './buckets.js';
import { createPartLister } from './list-parts.js';
import { readHandle } from './multipart.js';
import { presign, type SigningKey } from './presign.js';

/**
 * Lets clients send parts to the store: signed with a key that can only write, for one part of one upload, of
 * exactly so many bytes, and with a checksum for exactly those.
 *
 * @param key - with the endpoint as clients reach it
 */
export function createDirectTransfer(s3: S3, key: SigningKey): DirectTransfer {
  return {
    signPart: async (upload, { partNumber, sizeBytes, sha256 }, ttlSeconds) => {
      const { uploadId } = readHandle(upload);
      // A hash that is signed makes the store compare the bytes with it; without one they are "UNSIGNED-PAYLOAD".
      const headers = sha256 === undefined ? [] : [{ name: 'x-amz-content-sha256', value: sha256 }];
      const request = {
        method: 'PUT',
        path: `/${s3.bucketOf('ingest')}/${checkKey(upload.key)}`,
        query: { partNumber: String(partNumber), uploadId },
        headers: {
          'content-length': String(sizeBytes),
          ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
        },
      };
      return { url: await presign(key, request, ttlSeconds), headers };
    },
    listParts: createPartLister(s3),
  };
}
