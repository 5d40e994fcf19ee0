import { buffer } from 'node:stream/consumers';
import type { StoreIdentity } from '../../ports/store-identity.js';
import { MAX_ID_BYTES, parseStoreId } from '../common/store-id.js';
import { ensureBuckets, type S3 } from './buckets.js';
import { isMissing } from './s3-error.js';

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
        return parseStoreId(text, identityPlace);
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
    },
  };
}
