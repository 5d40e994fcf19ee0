import { unreadable } from '../api/error-of-answer.js';
import { withRetries, type RetryDeps } from '../api/retry.js';
import type { Transport } from '../api/transport.js';
import { badAnswer } from '../api/upload-error.js';
import { SignUploadPartsDocument, type SignUploadPartsMutation } from '../generated/graphql.js';
import type { Platform } from '../platform.js';
import type { PlannedPart } from './part-plan.js';

/** What preparing parts needs. */
export interface PrepareDeps extends RetryDeps {
  readonly transport: Transport;
  readonly platform: Pick<Platform, 'sha256'>;
  readonly fileId: string;
  readonly blob: Blob;
  /** Whether the SHA-256 of each part is declared before it is sent. */
  readonly hasChecksums: boolean;
}

type SignedPart = SignUploadPartsMutation['signUploadParts']['parts'][number];

/** A part with its checksum. */
interface HashedPart extends PlannedPart {
  readonly sha256: string | undefined;
}

/** A part that can be sent. */
export interface ReadyPart extends HashedPart {
  readonly signed: SignedPart;
}

/** Hashes parts one after the other, so that no more than one is read for it at a time, and has them signed. */
export async function prepareParts(
  deps: PrepareDeps,
  parts: readonly PlannedPart[],
  signal: AbortSignal,
): Promise<ReadyPart[]> {
  const hashed: HashedPart[] = [];
  for (const part of parts) {
    const sha256 = deps.hasChecksums ? await hashPart(deps, part, signal) : undefined;
    hashed.push({ ...part, sha256 });
  }
  return signParts(deps, hashed, signal);
}

/**
 * SHA-256 of one part.
 *
 * @throws UploadError with FILE_UNREADABLE
 */
export const hashPart = (
  { platform, blob }: Pick<PrepareDeps, 'platform' | 'blob'>,
  { start, end }: PlannedPart,
  signal: AbortSignal,
): Promise<string> => hashBytes({ platform }, blob.slice(start, end), signal);

/**
 * SHA-256 of bytes of a file.
 *
 * @throws UploadError with FILE_UNREADABLE
 */
export async function hashBytes(
  { platform }: Pick<PrepareDeps, 'platform'>,
  bytes: Blob,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await platform.sha256(bytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unreadable(error);
  }
}

/** Asks for the URLs of parts. */
export async function signParts(
  deps: PrepareDeps,
  parts: readonly HashedPart[],
  signal: AbortSignal,
): Promise<ReadyPart[]> {
  if (parts.length === 0) return [];
  const wanted = parts.map(({ partNumber, sha256 }) => ({
    partNumber,
    ...(sha256 === undefined ? {} : { sha256 }),
  }));
  const input = { fileId: deps.fileId, parts: wanted };
  const { signUploadParts } = await withRetries(
    deps,
    () => deps.transport.request(SignUploadPartsDocument, { input }, signal),
    signal,
  );
  const byNumber = new Map(signUploadParts.parts.map((signed) => [signed.partNumber, signed]));
  return parts.map((part) => {
    const signed = byNumber.get(part.partNumber);
    if (signed !== undefined) return { ...part, signed };
    throw badAnswer(`The service did not sign part ${part.partNumber}.`);
  });
}
