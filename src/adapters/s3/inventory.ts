import type { StoredArea } from '../../ports/object-store.js';
import type { ListOptions, StoredItem } from '../../ports/store-inventory.js';
import { PermanentError } from '../../domain/errors.js';
import { AREAS, isKey, removeObject, type S3 } from './buckets.js';
import { abortUploadById, isUploadOf, type UploadById } from './multipart.js';
import { DEPENDENCY } from './s3-error.js';

const PAGE_ITEMS = 1_000;
/** Far beyond what any tenant has: a store that never ends its list is broken. */
const MAX_PAGES = 1_000_000;

/** Shows all objects and open uploads of all buckets, a page at a time. */
export async function* listBuckets(s3: S3, options: ListOptions): AsyncGenerator<StoredItem> {
  for (const area of AREAS) {
    yield* listObjects(s3, area, options);
    yield* listUploads(s3, area, options);
  }
}

async function* listObjects(s3: S3, area: StoredArea, options: ListOptions): AsyncGenerator<StoredItem> {
  let token = '';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found = await s3.connection.call(options.signal, (client) =>
      client.listObjectsV2Query(s3.bucketOf(area), '', token, '', PAGE_ITEMS, ''),
    );
    for (const { name, lastModified, size } of found.objects) {
      // What is no key of the server's, as the probe of readiness, is none of ours to judge.
      if (name === undefined || !isKey(name) || !isOld(lastModified, options)) continue;
      yield {
        kind: 'object',
        area,
        key: name,
        isNamedBy: () => false,
        sizeBytes: () => Promise.resolve(size),
        remove: (signal) => removeObject(s3, { area, key: name }, signal),
      };
    }
    if (!found.isTruncated) return;
    token = found.nextContinuationToken;
  }
  throw endless();
}

/** Of one key with more open uploads than a page has, the rest is seen the next time. */
async function* listUploads(s3: S3, area: StoredArea, options: ListOptions): AsyncGenerator<StoredItem> {
  let keyMarker = '';
  let uploadMarker = '';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const found = await s3.connection.call(options.signal, (client) =>
      client.listIncompleteUploadsQuery(s3.bucketOf(area), '', keyMarker, uploadMarker, ''),
    );
    for (const { key, uploadId, initiated } of found.uploads) {
      if (!isKey(key) || !isOld(initiated, options)) continue;
      const upload = { area, key, uploadId };
      yield {
        kind: 'upload',
        area,
        key,
        isNamedBy: (handle) => isUploadOf(handle, uploadId),
        sizeBytes: (signal) => sizeOfUpload(s3, upload, signal),
        remove: (signal) => abortUploadById(s3, upload, signal),
      };
    }
    if (!found.isTruncated) return;
    ({ nextKeyMarker: keyMarker, nextUploadIdMarker: uploadMarker } = found);
  }
  throw endless();
}

/** Of all parts that have come. */
const sizeOfUpload = (s3: S3, upload: UploadById, signal?: AbortSignal): Promise<number> =>
  s3.connection.call(signal, async (client) => {
    const open: AsyncIterable<{ uploadId: string; size: number }> = client.listIncompleteUploads(
      s3.bucketOf(upload.area),
      upload.key,
      true,
    );
    for await (const { uploadId, size } of open) if (uploadId === upload.uploadId) return size;
    return 0;
  });

const isOld = (changedAt: Date | undefined, { unchangedSince }: ListOptions): boolean =>
  changedAt !== undefined && changedAt.getTime() <= unchangedSince.getTime();

const endless = (): PermanentError => new PermanentError(DEPENDENCY, 'The list of the store does not end.');
