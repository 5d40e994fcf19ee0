import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Client } from 'minio';
import type { S3Access } from '../s3-access.js';
import { isOwnKey } from '../s3-own-key.js';
import type { Staged, StoreView } from './store-view.js';

/** Reads the buckets of an S3 store. */
export async function viewBuckets(access: S3Access, bucketPrefix: string): Promise<StoreView> {
  const endpoint = new URL(access.endpoint);
  const client = new Client({
    endPoint: endpoint.hostname,
    port: Number(endpoint.port),
    useSSL: false,
    accessKey: access.accessKey,
    secretKey: access.secretKey,
    region: access.region,
  });
  const objects = async (area: string): Promise<string[]> => {
    const names: string[] = [];
    const found: AsyncIterable<{ name: string }> = client.listObjectsV2(`${bucketPrefix}-${area}`, '', true);
    for await (const { name } of found) if (!isOwnKey(name)) names.push(name);
    return names;
  };
  const uploads = async (area: string): Promise<Required<Staged>[]> => {
    const open: Required<Staged>[] = [];
    const found = client.listIncompleteUploads(`${bucketPrefix}-${area}`, '', true);
    for await (const { key, uploadId } of found as AsyncIterable<Required<Staged>>) {
      open.push({ key, uploadId });
    }
    return open;
  };
  const open = async (area: string): Promise<string[]> =>
    (await uploads(area)).map(({ key, uploadId }) => `${key} (open upload ${uploadId})`);
  return {
    vault: [...(await objects('vault')), ...(await open('vault'))],
    ingest: [...(await objects('ingest')).map((key) => ({ key })), ...(await uploads('ingest'))],
    quarantine: [...(await objects('quarantine')), ...(await open('quarantine'))],
    hashOf: async (vaultKey) => {
      const hash = createHash('sha256');
      await pipeline(await client.getObject(`${bucketPrefix}-vault`, vaultKey), hash);
      return hash.digest('hex');
    },
  };
}
