import { createHash } from 'node:crypto';
import type { Client } from 'minio';
import type { ListedPart, OpenUpload } from '../../ports/object-store.js';
import { checkKey, type S3 } from './buckets.js';
import { requireSameStore } from './identity.js';
import { explainMissing, goneError, isOpen, readHandle } from './multipart.js';
import { isMissing } from './s3-error.js';

/** Most parts of one upload, and so the most pages of 1,000 that a list may have. */
const MAX_PAGES = 11;
const MD5 = /^[0-9a-f]{32}$/;
/** The dot keeps it apart from every key of an object. */
const PROBE_KEY = '.etag-probe';

/** The client's own query, which its types keep to themselves; the public way lists from the beginning alone. */
interface PartsQuery {
  listPartsQuery(
    bucket: string,
    key: string,
    uploadId: string,
    marker: number,
  ): Promise<{
    readonly isTruncated: boolean;
    readonly marker: number | string;
    readonly parts: readonly { readonly part: number; readonly etag: string; readonly size: number }[];
  }>;
}

/** Makes the function that lists the parts of open uploads. */
export function createPartLister(
  s3: S3,
): (upload: OpenUpload, afterPart: number, signal?: AbortSignal) => Promise<readonly ListedPart[]> {
  let etagsAreMd5: Promise<boolean> | undefined;
  const learn = (): Promise<boolean> => {
    etagsAreMd5 ??= areEtagsMd5(s3).catch((error: unknown) => {
      etagsAreMd5 = undefined;
      throw error;
    });
    return etagsAreMd5;
  };
  return async (upload, afterPart, signal) => {
    const hasMd5 = await learn();
    const parts = await s3.connection
      .call(signal, (client) => listAll(s3, client, upload, afterPart))
      .catch(async (error: unknown) => {
        throw await explainUnlisted(s3, upload, error, signal);
      });
    return parts.map((part) => (hasMd5 && MD5.test(part.etag) ? { ...part, md5: part.etag } : part));
  };
}

/** Ceph says of an upload that is gone that there is no such key, which alone would say too little. */
async function explainUnlisted(
  s3: S3,
  upload: OpenUpload,
  error: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const isUnclear = isMissing(error, 'NoSuchKey');
  if (isUnclear && !(await isOpen(s3, { ...upload, area: 'ingest' }, signal))) {
    await requireSameStore(s3, signal);
    return goneError(upload, error);
  }
  return explainMissing(s3, upload, error, signal);
}

async function listAll(
  { bucketOf }: S3,
  client: Client,
  upload: OpenUpload,
  afterPart: number,
): Promise<ListedPart[]> {
  const query = client as unknown as PartsQuery;
  const { uploadId } = readHandle(upload);
  const parts: ListedPart[] = [];
  let marker = afterPart;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await query.listPartsQuery(bucketOf('ingest'), checkKey(upload.key), uploadId, marker);
    for (const { part, etag, size } of answer.parts) parts.push({ partNumber: part, etag, sizeBytes: size });
    marker = Number(answer.marker);
    if (!answer.isTruncated) break;
  }
  return parts;
}

/** A store that encrypts with keys of its own makes etags that say nothing about the bytes: ask it once. */
async function areEtagsMd5({ connection, bucketOf }: S3): Promise<boolean> {
  const probe = Buffer.from('What is the etag of this?');
  const bucket = bucketOf('ingest');
  const { etag } = await connection.call(undefined, (client) =>
    client.putObject(bucket, PROBE_KEY, probe, probe.byteLength),
  );
  return etag === createHash('md5').update(probe).digest('hex');
}
