import { Client } from 'minio';
import type { S3Access } from './s3-access.js';

/** Has a store forget an open upload, as a rule of its bucket would. */
export async function loseUpload(access: S3Access, bucketPrefix: string, fileId: string): Promise<void> {
  const { hostname, port } = new URL(access.endpoint);
  const client = new Client({ ...access, endPoint: hostname, port: Number(port), useSSL: false });
  const bucket = `${bucketPrefix}-ingest`;
  const found = client.listIncompleteUploads(bucket, '', true);
  for await (const { key, uploadId } of found as AsyncIterable<{ key: string; uploadId: string }>) {
    if (key.endsWith(fileId)) await client.abortMultipartUpload(bucket, key, uploadId);
  }
}
