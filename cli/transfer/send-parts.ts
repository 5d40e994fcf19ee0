import { ApiError, isRetryable } from '../api/api-error.js';
import type { GraphQLClient } from '../api/graphql-client.js';
import { SIGN_PARTS, type SignedPart } from '../api/operations.js';
import { createRetry } from '../api/retry.js';
import { hashBlob } from './hash-blob.js';
import { inBatches, type PlannedPart } from './part-plan.js';
import { putPart } from './put-part.js';

/** Parts that one request signs. */
const SIGN_BATCH = 16;

/** How parts are sent. */
export interface SendOptions {
  /** Parts under way at the same time. */
  readonly parallel: number;
  /** Whether the service is told the SHA-256 of each part beforehand. */
  readonly checksums: boolean;
}

/** What sending parts needs. */
export interface SendDeps extends SendOptions {
  readonly graphql: GraphQLClient;
  /** First wait before a part is sent again, in milliseconds. @default 250 */
  readonly retryDelayMs?: number;
}

interface ReadyPart extends PlannedPart {
  readonly sha256: string | undefined;
  readonly signed: SignedPart;
}

/** Sends parts of a file in parallel; hashes and signs the next ones meanwhile. */
export async function sendParts(
  deps: SendDeps,
  fileId: string,
  blob: Blob,
  parts: readonly PlannedPart[],
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const ready = readyParts(deps, fileId, blob, parts, either);
  const lane = async (): Promise<void> => {
    for await (const part of shared(ready)) await sendPart(deps, fileId, blob, part, either);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(deps.parallel, parts.length) }, lane));
  } finally {
    // One lost part ends the others at once.
    stop.abort();
  }
}

/** Lets several loops draw from one generator: the end of one of them does not end it. */
const shared = <T>(source: AsyncGenerator<T>): AsyncIterable<T> => ({
  [Symbol.asyncIterator]: () => ({ next: () => source.next() }),
});

async function* readyParts(
  deps: SendDeps,
  fileId: string,
  blob: Blob,
  parts: readonly PlannedPart[],
  signal: AbortSignal,
): AsyncGenerator<ReadyPart> {
  const prepare = async (batch: readonly PlannedPart[]): Promise<ReadyPart[]> => {
    const hashed = await hashParts(deps, blob, batch, signal);
    return signParts(deps.graphql, fileId, hashed, signal);
  };
  const batches = inBatches(parts, SIGN_BATCH);
  let next = prepare(batches[0] ?? []);
  for (const index of batches.keys()) {
    const current = await next;
    next = prepare(batches[index + 1] ?? []);
    // Its failure is seen when its turn comes.
    next.catch(() => undefined);
    yield* current;
  }
}

type HashedPart = PlannedPart & { readonly sha256: string | undefined };

async function hashParts(
  { checksums }: SendOptions,
  blob: Blob,
  parts: readonly PlannedPart[],
  signal: AbortSignal,
): Promise<HashedPart[]> {
  const hashed: HashedPart[] = [];
  for (const part of parts) {
    const sha256 = checksums ? await hashBlob(blob.slice(part.start, part.end), signal) : undefined;
    hashed.push({ ...part, sha256 });
  }
  return hashed;
}

async function signParts(
  graphql: GraphQLClient,
  fileId: string,
  parts: readonly HashedPart[],
  signal: AbortSignal,
): Promise<ReadyPart[]> {
  if (parts.length === 0) return [];
  const wanted = parts.map(({ partNumber, sha256 }) => ({
    partNumber,
    ...(sha256 === undefined ? {} : { sha256 }),
  }));
  const { signUploadParts } = await graphql.request(SIGN_PARTS, { input: { fileId, parts: wanted } }, signal);
  const byNumber = new Map(signUploadParts.parts.map((signed) => [signed.partNumber, signed]));
  return parts.map((part) => {
    const signed = byNumber.get(part.partNumber);
    if (signed !== undefined) return { ...part, signed };
    throw new ApiError(`The service did not sign part ${part.partNumber}.`, {
      code: 'BAD_ANSWER',
      retryable: false,
    });
  });
}

/** URLs that ended meanwhile and bytes that broke on the way deserve another try, with a fresh URL. */
const deservesAnother = (error: unknown): boolean =>
  isRetryable(error) ||
  (error instanceof ApiError &&
    ['CHECKSUM_MISMATCH', 'UNAUTHENTICATED', 'HTTP_403'].includes(error.detail.code));

async function sendPart(
  { graphql, retryDelayMs }: SendDeps,
  fileId: string,
  blob: Blob,
  part: ReadyPart,
  signal: AbortSignal,
): Promise<void> {
  const retry = createRetry({
    when: deservesAnother,
    ...(retryDelayMs === undefined ? {} : { initialDelayMs: retryDelayMs }),
  });
  let { signed } = part;
  let isFirst = true;
  await retry.execute(async () => {
    if (!isFirst) [{ signed } = part] = await signParts(graphql, fileId, [part], signal);
    isFirst = false;
    await putPart(signed, blob.slice(part.start, part.end), signal);
  }, signal);
}
