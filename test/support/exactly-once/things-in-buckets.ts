import { Client } from 'minio';
import type { Readable } from 'node:stream';
import type { S3Access } from '../s3-access.js';
import { isOwnKey } from '../s3-own-key.js';
import {
  FRAGMENT_KEY,
  fragmentName,
  sealedName,
  uploadName,
  type StoredThing,
  type StoredThings,
} from './stored-things.js';

/** Looks into the three buckets of a product. Parts of open uploads are not shown: the last one of a number counts. */
export function thingsInBuckets(access: S3Access, bucketPrefix: string): StoredThings {
  const { hostname, port } = new URL(access.endpoint);
  const { accessKey, secretKey, region } = access;
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey,
    secretKey,
    region,
  });
  const bucketOf = (area: string): string => `${bucketPrefix}-${area}`;
  return {
    showsParts: false,
    handleOf: (ingestHandle) => ingestHandle.slice(ingestHandle.indexOf('.') + 1),
    list: async () => {
      const things = new Map<string, StoredThing>();
      for (const area of ['ingest', 'vault', 'quarantine']) {
        const bucket = bucketOf(area);
        const objects: AsyncIterable<{ name?: string }> = client.listObjectsV2(bucket, '', true);
        for await (const { name = '' } of objects) {
          if (isOwnKey(name)) continue;
          things.set(nameOf(area, name), { read: async () => collect(await client.getObject(bucket, name)) });
        }
        const uploads: AsyncIterable<{ key: string; uploadId: string }> = client.listIncompleteUploads(
          bucket,
          '',
          true,
        );
        for await (const { key, uploadId } of uploads) things.set(uploadName(key, uploadId), {});
      }
      return things;
    },
  };
}

function nameOf(area: string, key: string): string {
  if (area === 'vault') return sealedName(key);
  return area === 'ingest' && FRAGMENT_KEY.test(key) ? fragmentName(key) : `${area}/${key}`;
}

async function collect(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
