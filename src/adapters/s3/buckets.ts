import type { StoredArea } from '../../ports/object-store.js';
import { MisconfiguredError, PermanentError } from '../../domain/errors.js';
import type { S3Connection } from './s3-connection.js';
import { DEPENDENCY, isMissing } from './s3-error.js';

/** Where an object of any area lies. */
export interface StoredRef {
  readonly area: StoredArea;
  readonly key: string;
}

/** Name of the bucket of an area. */
export type BucketOf = (area: StoredArea) => string;

/** What the operations of the store work on. */
export interface S3 {
  readonly connection: S3Connection;
  readonly bucketOf: BucketOf;
  /** Whether the store was seen to have its id, which then tells whether it is still the same one. */
  readonly landmark: { isKnown: boolean };
}

/** All of them; each has a bucket. */
export const AREAS: readonly StoredArea[] = ['vault', 'quarantine', 'ingest'];
const KEY = /^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/;
const MAX_KEY_CHARACTERS = 512;

/** Throws what a store fails with that is away, or refuses us; whether it has buckets does not matter. */
export async function checkAccess({ connection, bucketOf }: S3): Promise<void> {
  await connection.call(undefined, (client) => client.bucketExists(bucketOf('vault')));
}

/** Makes the buckets that are missing. Safe when several processes start at once. */
export async function ensureBuckets({ connection, bucketOf }: S3, region: string): Promise<void> {
  for (const area of AREAS) {
    await connection.call(undefined, async (client) => {
      if (await client.bucketExists(bucketOf(area))) return;
      await client.makeBucket(bucketOf(area), region).catch(async (error: unknown) => {
        if (!(await client.bucketExists(bucketOf(area)))) throw error;
      });
    });
  }
}

/** Proves that all buckets can be reached and that one takes writes. */
export async function checkBuckets({ connection, bucketOf }: S3, signal?: AbortSignal): Promise<void> {
  await connection.call(signal, async (client) => {
    await client.putObject(bucketOf('ingest'), PROBE_KEY, Buffer.alloc(0), 0);
    await client.removeObject(bucketOf('ingest'), PROBE_KEY);
    for (const area of AREAS) {
      if (await client.bucketExists(bucketOf(area))) continue;
      throw new MisconfiguredError(DEPENDENCY, 'NoSuchBucket', `The bucket of the ${area} is missing.`);
    }
  });
}

/** Removes an object; one that does not exist is no error. */
export async function removeObject(
  { connection, bucketOf }: S3,
  ref: StoredRef,
  signal?: AbortSignal,
): Promise<void> {
  const key = checkKey(ref.key);
  try {
    await connection.call(signal, (client) => client.removeObject(bucketOf(ref.area), key));
  } catch (error) {
    if (!isMissing(error, 'NoSuchKey', 'NotFound')) throw error;
  }
}

/** The dot keeps it apart from every key of an object. */
const PROBE_KEY = '.check';

/** Whether a key is one that the server makes. */
export const isKey = (key: string): boolean => key.length <= MAX_KEY_CHARACTERS && KEY.test(key);

/** Returns the key; throws `PermanentError` when it is not one that the server makes. */
export function checkKey(key: string): string {
  if (!isKey(key)) {
    throw new PermanentError(DEPENDENCY, 'The key is not one that the server makes.');
  }
  return key;
}
