import type { Readable } from 'node:stream';
import type { ObjectStore, OpenUpload } from '../../ports/object-store.js';
import type { StoreInventory } from '../../ports/store-inventory.js';
import { checkBuckets, ensureBuckets, removeObject, type S3 } from './buckets.js';
import { abortUpload, beginUpload, finishUpload, putPart, type AreaUpload } from './multipart.js';
import { openObject } from './open-object.js';
import { statObject } from './stat-object.js';
import { listBuckets } from './inventory.js';
import { createS3Connection, type S3Endpoint, type S3Timeouts } from './s3-connection.js';
import { writeObject } from './write-object.js';

/** Which store, and how to use it. */
export interface S3StoreOptions extends S3Endpoint {
  /** The buckets are `<prefix>-ingest` and `<prefix>-vault`; made where they are missing. */
  readonly bucketPrefix: string;
  readonly timeouts?: Partial<S3Timeouts>;
  /** Largest object that is written in one request; at least 5 MiB. @default 256 MiB */
  readonly pieceBytes?: number;
}

const MIB = 1024 * 1024;
const DEFAULT_PIECE_BYTES = 256 * MIB;
const DEFAULT_TIMEOUTS: S3Timeouts = { callMs: 30_000, finishMs: 300_000, stallMs: 30_000 };

/**
 * Keeps objects in an S3-compatible store. All bytes stream; nothing is buffered beyond one chunk.
 *
 * @throws TransientError, PermanentError when the store cannot be reached or refuses the buckets
 */
export async function createS3Store(options: S3StoreOptions): Promise<ObjectStore & StoreInventory> {
  const s3: S3 = {
    connection: createS3Connection(options, { ...DEFAULT_TIMEOUTS, ...options.timeouts }),
    bucketOf: (area) => `${options.bucketPrefix}-${area}`,
  };
  const pieceBytes = options.pieceBytes ?? DEFAULT_PIECE_BYTES;
  const staged = (upload: OpenUpload): AreaUpload => ({ ...upload, area: 'ingest' });
  await ensureBuckets(s3, options.region);
  return {
    beginUpload: async (key, signal) => {
      const { handle } = await beginUpload(s3, 'ingest', key, signal);
      return { key, handle };
    },
    putPart: (upload, partNumber, sizeBytes, body, signal) =>
      consume(body, () => putPart(s3, staged(upload), partNumber, sizeBytes, body, signal)),
    finishUpload: (upload, parts, signal) => finishUpload(s3, staged(upload), parts, signal),
    abortUpload: (upload, signal) => abortUpload(s3, staged(upload), signal),
    write: (ref, sizeBytes, body, signal) =>
      consume(body, () => writeObject(s3, pieceBytes, ref, sizeBytes, body, signal)),
    read: (ref, range, signal) => openObject(s3, ref, range, signal),
    stat: (ref, signal) => statObject(s3, ref, signal),
    remove: (ref, signal) => removeObject(s3, ref, signal),
    list: (selection) => listBuckets(s3, selection),
    check: (signal) => checkBuckets(s3, signal),
  };
}

/** A body that nobody reads on would hold its sender for ever. */
async function consume<T>(body: Readable, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    body.destroy();
    throw error;
  }
}
