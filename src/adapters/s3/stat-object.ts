import { checkKey, type S3, type StoredRef } from './buckets.js';
import { isMissing } from './s3-error.js';

/** Size of an object; `undefined` when there is none. */
export async function statObject(
  { connection, bucketOf }: S3,
  ref: StoredRef,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const key = checkKey(ref.key);
  try {
    const { size } = await connection.call(signal, (client) => client.statObject(bucketOf(ref.area), key));
    return size;
  } catch (error) {
    if (isMissing(error, 'NoSuchKey', 'NotFound')) return undefined;
    throw error;
  }
}
