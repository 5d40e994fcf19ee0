import { buffer } from 'node:stream/consumers';
import { MisconfiguredError } from '../../domain/errors.js';
import type { StoreIdentity } from '../../ports/store-identity.js';
import { MAX_ID_BYTES, parseStoreId } from '../common/store-id.js';
import { ensureBuckets, type S3 } from './buckets.js';
import { DEPENDENCY, isMissing } from './s3-error.js';

/** The dot keeps it apart from every key of an object. */
const IDENTITY_KEY = '.store-id';

/** The id of the store, in an object of the vault. A store without buckets has none; with its id it gets them. */
export function tellIdentity(s3: S3, region: string): StoreIdentity {
  const { connection, bucketOf } = s3;
  const bucket = bucketOf('vault');
  const identityPlace = `s3://${bucket}/${IDENTITY_KEY}`;
  return {
    identityPlace,
    identity: async (signal) => {
      try {
        const text = await connection.call(signal, async (client) => {
          const { size } = await client.statObject(bucket, IDENTITY_KEY);
          if (size > MAX_ID_BYTES) return '';
          return (await buffer(await client.getObject(bucket, IDENTITY_KEY))).toString('utf8');
        });
        const id = parseStoreId(text, identityPlace);
        s3.landmark.isKnown = true;
        return id;
      } catch (error) {
        if (isMissing(error, 'NoSuchKey', 'NotFound')) return undefined;
        throw error;
      }
    },
    identify: async (id, signal) => {
      const text = Buffer.from(`${id}\n`);
      await ensureBuckets(s3, region);
      await connection.call(signal, (client) =>
        client.putObject(bucket, IDENTITY_KEY, text, text.byteLength),
      );
      s3.landmark.isKnown = true;
    },
  };
}

/**
 * Has to be asked before anybody believes that something is lost: a store that was exchanged for another one, or that came
 * up without its disks, has nothing of what is looked for either.
 *
 * @throws MisconfiguredError where the id is gone that the store was seen to have
 */
export async function requireSameStore(
  { connection, bucketOf, landmark }: S3,
  signal?: AbortSignal,
): Promise<void> {
  if (!landmark.isKnown) return;
  try {
    await connection.call(signal, (client) => client.statObject(bucketOf('vault'), IDENTITY_KEY));
  } catch (error) {
    if (!isMissing(error, 'NoSuchKey', 'NotFound')) throw error;
    const message = 'The store has lost its id, or is another one.';
    throw new MisconfiguredError(DEPENDENCY, 'NoStoreId', message, { cause: error });
  }
}
