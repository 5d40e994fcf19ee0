import type { Body, Meta } from '@uppy/core';
import type { AwsS3Options } from '@uppy/aws-s3';
import { createWhileWanted, type Files } from './create-while-wanted.js';
import { partSizeOf, type Lazaret, type NewFile } from './lazaret.js';

/**
 * Options of `@uppy/aws-s3` 6, which speaks S3 itself, completion included, to the URLs that it is given. The
 * bytes of a part go where the URL of the part says; every other call goes to the URL of the upload.
 */
export const s3Options6 = (lazaret: Lazaret, uppy: Files<NewFile>): AwsS3Options<Meta, Body> => ({
  shouldUseMultipart: true,
  getChunkSize: ({ size }) => partSizeOf(size),
  // So that the file can be found again when its first request is to be signed.
  generateObjectKey: (file) => file.id,
  signRequest: async (request) => {
    if ('partNumber' in request) return lazaret.signPart(request.uploadId, request.partNumber);
    if ('uploadId' in request) {
      return { url: `${await lazaret.signS3Upload(request.uploadId)}?uploadId=${request.uploadId}` };
    }
    const fileId = await createWhileWanted(lazaret, uppy, request.key);
    const url = await lazaret.signS3Upload(fileId);
    // A file of no bytes has no parts and comes as a whole object.
    return { url: request.method === 'POST' ? `${url}?uploads` : url, key: fileId };
  },
});
