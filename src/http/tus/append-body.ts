import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { Metrics } from '../../observability/metrics.js';
import type {
  AppendInput,
  appendToUpload,
  AppendOutcome,
} from '../../usecases/resumable/append-to-upload.js';
import { detachBody } from '../detached-body.js';
import { checksumOf, contentLengthOf, continuesUpload, countOf } from './request-headers.js';

/** What taking a body needs. */
export interface AppendBodyDeps {
  readonly useCases: { readonly appendToUpload: ReturnType<typeof appendToUpload> };
  readonly metrics: Metrics;
}

/** A request that the protocol's routes have matched. */
export type TusRequest = FastifyRequest<{ Params: { id: string } }>;

/** What became of the bytes of a request. */
type Appended = AppendOutcome | 'client-gone' | 'wrong-type';

/** What is known of a body that comes with the creation. */
type Beginning = Pick<AppendInput, 'offsetBytes' | 'isRepeatable' | 'opened'>;

/** Hands the body of a request to the upload, and counts it. */
export async function appendBody(
  { useCases, metrics }: AppendBodyDeps,
  actor: Actor,
  request: TusRequest,
  fileId: string,
  beginning?: Beginning,
): Promise<Appended> {
  if (!continuesUpload(request.headers)) return 'wrong-type';
  const claim = claimOf(request, beginning?.offsetBytes);
  if (!claim.ok) return claim;
  const detached = detachBody(request.raw);
  const { body, signal } = detached;
  metrics.connections.inc({ transport: 'upload' });
  try {
    return await useCases.appendToUpload(actor, { ...claim.value, ...beginning, fileId, body });
  } catch (error) {
    if (!signal.aborted) throw error;
    return 'client-gone';
  } finally {
    body.destroy();
    metrics.connections.dec({ transport: 'upload' });
    metrics.receivedBytes.inc({ protocol: 'tus' }, detached.receivedBytes());
  }
}

function claimOf(
  { headers, raw }: TusRequest,
  beginning: number | undefined,
): Outcome<Omit<AppendInput, 'fileId' | 'body'>> {
  const offset =
    beginning === undefined ? countOf(headers, 'Upload-Offset') : { ok: true as const, value: beginning };
  if (!offset.ok) return offset;
  const field = 'Upload-Offset';
  if (offset.value === undefined) return fault('BAD_USER_INPUT', { message: `${field} is required.`, field });
  const length = countOf(headers, 'Upload-Length');
  if (!length.ok) return length;
  const checksum = checksumOf(raw);
  if (!checksum.ok) return checksum;
  return {
    ok: true,
    value: {
      offsetBytes: offset.value,
      contentLength: contentLengthOf(headers),
      declaredSizeBytes: length.value,
      checksum: checksum.value,
    },
  };
}
