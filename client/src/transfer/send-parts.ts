import { errorOfAnswer, errorOfConnection } from '../api/error-of-answer.js';
import { isRetryable, withRetries, type RetryDeps } from '../api/retry.js';
import { hasCode } from '../api/upload-error.js';
import type { Platform } from '../platform.js';
import type { Pace } from './pace.js';
import { inBatches, type PlannedPart } from './part-plan.js';
import { prepareParts, signParts, type PrepareDeps, type ReadyPart } from './prepare-parts.js';

/** What sending parts needs. */
export interface SendDeps extends RetryDeps, PrepareDeps {
  readonly platform: Platform;
  readonly pace: Pace;
  /** Told how much of a part has left; 0 when it begins anew. */
  readonly onSent: (partNumber: number, sentBytes: number) => void;
  /** Told that a part is durable, and under which ETag where the answer shows one. */
  readonly onArrived: (part: PlannedPart, etag: string | null) => void;
}

/**
 * Sends parts of a file, as many at a time as the pace allows, and hashes and signs the next ones meanwhile.
 * The first part that is lost for good ends the others.
 *
 * @throws UploadError, or the reason of the signal
 */
export async function sendParts(
  deps: SendDeps,
  parts: readonly PlannedPart[],
  partSizeBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const underWay = new Set<Promise<void>>();
  const haveRoom = async (): Promise<void> => {
    while (underWay.size >= deps.pace.limit()) await Promise.race(underWay);
  };
  try {
    for await (const part of readyParts(deps, inBatches(parts, partSizeBytes), either)) {
      await haveRoom();
      const sending = sendPart(deps, part, either).finally(() => underWay.delete(sending));
      underWay.add(sending);
      // Its failure is seen when somebody waits for it.
      sending.catch(() => undefined);
    }
    await Promise.all(underWay);
  } finally {
    stop.abort();
    await Promise.allSettled(underWay);
  }
}

async function* readyParts(
  deps: SendDeps,
  batches: readonly (readonly PlannedPart[])[],
  signal: AbortSignal,
): AsyncGenerator<ReadyPart> {
  let next = prepareParts(deps, batches[0] ?? [], signal);
  for (const index of batches.keys()) {
    const current = await next;
    next = prepareParts(deps, batches[index + 1] ?? [], signal);
    // Its failure is seen when its turn comes.
    next.catch(() => undefined);
    yield* current;
  }
}

/** Tries of one part with a fresh URL after a refusal that says of itself that trying again is of no use. */
const MAX_FRESH_URLS = 3;

/** URLs that ended meanwhile and bytes that broke on the way deserve another try, with a fresh URL. */
const deservesAnother = (error: unknown, attempt: number): boolean =>
  isRetryable(error) ||
  (attempt <= MAX_FRESH_URLS &&
    hasCode(error, 'CHECKSUM_MISMATCH', 'UNAUTHENTICATED', 'FORBIDDEN', 'HTTP_403', 'HTTP_400'));

async function sendPart(deps: SendDeps, part: ReadyPart, signal: AbortSignal): Promise<void> {
  const onRetry = (error: unknown): void => {
    deps.onSent(part.partNumber, 0);
    if (deps.network.isOnline() && isRetryable(error)) deps.pace.congested();
    deps.onRetry?.(error);
  };
  const etag = await withRetries(
    { ...deps, onRetry },
    async (attempt) => putPart(deps, attempt === 1 ? part : await signedAnew(deps, part, signal), signal),
    signal,
    deservesAnother,
  );
  deps.pace.arrived(part.end - part.start);
  deps.onArrived(part, etag);
}

/** Once: the part's own retries are around it. */
async function signedAnew(deps: SendDeps, part: ReadyPart, signal: AbortSignal): Promise<ReadyPart> {
  const [fresh] = await signParts({ ...deps, retries: 0 }, [part], signal);
  return fresh ?? part;
}

async function putPart(
  { platform, blob, onSent }: SendDeps,
  { signed, partNumber, start, end }: ReadyPart,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { url, headers } = signed;
    const body = blob.slice(start, end);
    const note = (sentBytes: number): void => onSent(partNumber, sentBytes);
    const answer = await platform.put({ url, headers, body, onSent: note, signal });
    if (answer.status >= 200 && answer.status < 300) return answer.header('etag');
    throw errorOfAnswer(answer);
  } catch (error) {
    signal.throwIfAborted();
    throw errorOfConnection(error, new URL(signed.url).origin);
  }
}
