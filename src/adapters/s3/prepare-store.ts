import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { StoredArea } from '../../ports/object-store.js';
import { corsRules, ensureRule, lifecycleRules, writeOnlyPolicy, type BucketRule } from './bucket-rules.js';
import { AREAS, type S3 } from './buckets.js';
import type { SigningKey } from './presign.js';
import { sendSigned } from './send-signed.js';

/** The second credential, which signs what clients send to the store. */
export interface IngestKey {
  /** As browsers reach the store. */
  readonly publicEndpoint: URL;
  readonly accessKey: string;
  readonly secretKey: string;
  /** ARN of the user that the key belongs to; with it the bucket's policy is set at start. */
  readonly principal: string | undefined;
}

/** How the buckets are to be kept. */
export interface Housekeeping {
  /** Leftovers that are older are removed by the store itself. */
  readonly leftoverDays: number;
  /** Pages that may put parts. */
  readonly browserOrigins: readonly string[];
  /** Learns what the operator should know. */
  readonly report: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/**
 * Sets the rules of the buckets as far as the store lets us: what it refuses is reported and is no failure.
 *
 * @throws TransientError when the store cannot be reached
 */
export async function prepareBuckets(
  { connection, bucketOf }: S3,
  key: SigningKey,
  ingest: IngestKey | undefined,
  { leftoverDays, browserOrigins, report }: Housekeeping,
): Promise<void> {
  const [staged, vault, quarantine] = [bucketOf('ingest'), bucketOf('vault'), bucketOf('quarantine')];
  const rules: BucketRule[] = [
    { bucket: staged, kind: 'lifecycle', document: lifecycleRules(leftoverDays, true) },
    { bucket: vault, kind: 'lifecycle', document: lifecycleRules(leftoverDays, false) },
    { bucket: quarantine, kind: 'lifecycle', document: lifecycleRules(leftoverDays, false) },
  ];
  if (ingest) rules.push({ bucket: staged, kind: 'cors', document: corsRules(browserOrigins) });
  if (ingest?.principal !== undefined) {
    rules.push({ bucket: staged, kind: 'policy', document: writeOnlyPolicy(staged, ingest.principal) });
  }
  for (const rule of rules) {
    const outcome = await ensureRule(connection, key, rule);
    const { bucket, kind } = rule;
    if (outcome.kind === 'set') continue;
    const message =
      outcome.kind === 'foreign'
        ? 'the bucket has rules of its own; they stay as they are'
        : 'the store refused a rule of a bucket; set it by hand';
    report(message, { bucket, kind, ...('status' in outcome && { status: outcome.status }) });
  }
}

/** A policy that was just set may take a moment to be known everywhere. */
const MAX_TRIES = 6;
const TRY_AGAIN_MS = 500;
const FORBIDDEN = 403;
const NO_SUCH_UPLOAD = 404;

/**
 * Tries what the second credential can do. With one that could read, or write elsewhere, a signed URL would be a
 * door: clients then send everything through the API.
 *
 * @returns why it must not be used; `undefined` when it can only write into `ingest`
 */
export async function faultOfIngestKey(s3: S3, key: SigningKey): Promise<string | undefined> {
  for (let tries = 1; (await tryPart(s3, key, 'ingest')) !== NO_SUCH_UPLOAD; tries += 1) {
    if (tries === MAX_TRIES) return 'it may not write into the staging bucket';
    await delay(TRY_AGAIN_MS);
  }
  for (const area of ['vault', 'quarantine'] as const) {
    if ((await tryPart(s3, key, area)) !== FORBIDDEN) return `it may write into the ${area}`;
  }
  for (const area of AREAS) {
    const listing = { method: 'GET', path: `/${s3.bucketOf(area)}`, query: {}, headers: {} };
    const { status } = await sendSigned(s3.connection, key, listing);
    if (status !== FORBIDDEN) return 'it may list a bucket';
    if (await canRead(s3, key, area)) return `it may read from the ${area}`;
  }
  return undefined;
}

/** Reads what is there for sure: of anything else a store may tell those who cannot list that they are forbidden. */
async function canRead(s3: S3, key: SigningKey, area: StoredArea): Promise<boolean> {
  const { connection, bucketOf } = s3;
  // The dot keeps it apart from every key of an object, and the rest from other processes that start.
  const name = `.read-probe-${randomUUID()}`;
  await connection.call(undefined, (client) => client.putObject(bucketOf(area), name, Buffer.alloc(1), 1));
  try {
    const reading = { method: 'GET', path: `/${bucketOf(area)}/${name}`, query: {}, headers: {} };
    return (await sendSigned(connection, key, reading)).status !== FORBIDDEN;
  } finally {
    await connection.call(undefined, (client) => client.removeObject(bucketOf(area), name));
  }
}

/** Puts a part of an upload that does not exist: whoever may write learns that, and others that they may not. */
async function tryPart({ connection, bucketOf }: S3, key: SigningKey, area: StoredArea): Promise<number> {
  const query = { partNumber: '1', uploadId: 'none' };
  const request = { method: 'PUT', path: `/${bucketOf(area)}/.check`, query, headers: {} };
  return (await sendSigned(connection, key, request, '')).status;
}
