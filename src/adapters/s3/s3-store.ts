import { Readable } from 'node:stream';
import { MIN_PART_BYTES } from '../../domain/parts.js';
import type {
  ByteRange,
  DirectTransfer,
  LentChunks,
  ObjectRef,
  ObjectStore,
  OpenObject,
  OpenUpload,
} from '../../ports/object-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import { consume } from '../common/consume.js';
import { STAGED_TAG } from './bucket-rules.js';
import { checkAccess, checkBuckets, ensureBuckets, removeObject, type S3 } from './buckets.js';
import { createDirectTransfer } from './direct-transfer.js';
import { isolateObject } from './isolate-object.js';
import { abortUpload, beginUpload, finishUpload, putPart, type AreaUpload } from './multipart.js';
import { openObject } from './open-object.js';
import { faultOfIngestKey, prepareBuckets, type Housekeeping, type IngestKey } from './prepare-store.js';
import type { StoreIdentity } from '../../ports/store-identity.js';
import type { StoreInventory } from '../../ports/store-inventory.js';
import { statObject } from './stat-object.js';
import { requireSameStore, tellIdentity } from './identity.js';
import { listBuckets } from './inventory.js';
import { createS3Connection, type S3Endpoint, type S3Timeouts } from './s3-connection.js';
import { writeObject } from './write-object.js';

/** Which store, and how to use it. */
export interface S3StoreOptions extends S3Endpoint {
  /** The buckets are `<prefix>-ingest`, `-vault` and `-quarantine`; made where they are missing. */
  readonly bucketPrefix: string;
  readonly timeouts?: Partial<S3Timeouts>;
  /** The second credential; without it every byte comes through the API. */
  readonly ingest?: IngestKey | undefined;
  /** How the buckets are to be kept; without it their rules are not touched. */
  readonly housekeeping?: Housekeeping | undefined;
  /** Asked before buckets are made and rules are touched; what it throws, opening the store throws. */
  readonly recognise?: ((identity: StoreIdentity) => Promise<void>) | undefined;
  /** Largest object that is written in one request; at least 5 MiB. @default 256 MiB */
  readonly pieceBytes?: number;
  /** Largest object, or part of one, that the store is asked to copy in one request; at least 5 MiB. @default 1 GiB */
  readonly copyBytes?: number;
}

const MIB = 1024 * 1024;
const DEFAULT_PIECE_BYTES = 256 * MIB;
const DEFAULT_COPY_BYTES = 1024 * MIB;
const DEFAULT_TIMEOUTS: S3Timeouts = { callMs: 10_000, finishMs: 300_000, stallMs: 30_000 };

/**
 * Keeps objects in an S3-compatible store. All bytes stream; nothing is buffered beyond one chunk.
 *
 * @throws TransientError, PermanentError when the store cannot be reached or refuses the buckets
 */
export async function createS3Store(
  options: S3StoreOptions,
): Promise<ObjectStore & QuarantineArea & StoreInventory & StoreIdentity> {
  const s3: S3 = {
    connection: createS3Connection(options, { ...DEFAULT_TIMEOUTS, ...options.timeouts }),
    bucketOf: (area) => `${options.bucketPrefix}-${area}`,
    landmark: { isKnown: false },
  };
  const pieceBytes = options.pieceBytes ?? DEFAULT_PIECE_BYTES;
  const staged = (upload: OpenUpload): AreaUpload => ({ ...upload, area: 'ingest' });
  const identity = tellIdentity(s3, options.region);
  const direct = await prepare(s3, options, identity);
  const tags = options.housekeeping ? { 'x-amz-tagging': STAGED_TAG } : {};
  return {
    minPartBytes: MIN_PART_BYTES,
    beginUpload: async (key, signal) => {
      const { handle } = await beginUpload(s3, 'ingest', key, signal, tags);
      return { key, handle };
    },
    putPart: (upload, partNumber, sizeBytes, body, signal) =>
      consume(body, () => putPart(s3, staged(upload), partNumber, sizeBytes, body, signal)),
    finishUpload: (upload, parts, signal) => finishUpload(s3, staged(upload), parts, signal),
    abortUpload: (upload, signal) => abortUpload(s3, staged(upload), signal),
    ...(direct && { direct }),
    write: (ref, sizeBytes, body, signal) =>
      consume(ownBody(body), (owned) => writeObject(s3, pieceBytes, ref, sizeBytes, owned, signal)),
    read: (ref, range, signal) => readObject(s3, ref, range, signal),
    lend: (ref, signal) => openObject(s3, ref, undefined, signal),
    stat: (ref, signal) => statObject(s3, ref, signal),
    remove: (ref, signal) => removeObject(s3, ref, signal),
    ...quarantineOf(s3, options.copyBytes ?? DEFAULT_COPY_BYTES),
    list: (selection) => listBuckets(s3, selection),
    ...identity,
    check: (signal) => checkBuckets(s3, signal),
  };
}

/** Who finds nothing may conclude that it is lost. */
async function readObject(
  s3: S3,
  ref: ObjectRef,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<OpenObject | undefined> {
  const object = await openObject(s3, ref, range, signal);
  if (!object) await requireSameStore(s3, signal);
  return object;
}

const quarantineOf = (s3: S3, copyBytes: number): QuarantineArea => ({
  isolate: (from, key, signal) => isolateObject(s3, copyBytes, from, key, signal),
  readIsolated: (key, range, signal) => openObject(s3, { area: 'quarantine', key }, range, signal),
  removeIsolated: (key, signal) => removeObject(s3, { area: 'quarantine', key }, signal),
});

/** @returns the way for clients to send parts themselves, where the second credential can be trusted with it */
async function prepare(
  s3: S3,
  options: S3StoreOptions,
  identity: StoreIdentity,
): Promise<DirectTransfer | undefined> {
  const { ingest, housekeeping, recognise } = options;
  await checkAccess(s3);
  // In the store of another database, and under a wrong name, nothing is ours to make or to set.
  await recognise?.(identity);
  await ensureBuckets(s3, options.region);
  if (housekeeping) await prepareBuckets(s3, options, ingest, housekeeping);
  if (!ingest) return undefined;
  const { accessKey, secretKey, publicEndpoint } = ingest;
  const fault = await faultOfIngestKey(s3, { ...options, accessKey, secretKey });
  if (fault === undefined) {
    const { region } = options;
    return createDirectTransfer(s3, { region, accessKey, secretKey, endpoint: publicEndpoint });
  }
  housekeeping?.report('parts cannot go straight to the store: its second credential is not fit for it', {
    fault,
  });
  return undefined;
}

/** Copies what is only lent: the connection keeps it until the kernel has taken it. */
const ownBody = (body: Readable | LentChunks): Readable =>
  body instanceof Readable ? body : Readable.from(copied(body), { objectMode: false });

async function* copied(chunks: LentChunks): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}
