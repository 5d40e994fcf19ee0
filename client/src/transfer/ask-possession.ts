import { withRetries } from '../api/retry.js';
import { badAnswer } from '../api/upload-error.js';
import { ChallengePossessionDocument, ProvePossessionDocument } from '../generated/graphql.js';
import { randomKey } from '../random.js';
import type { UploadDeps, UploadOptions } from '../upload-deps.js';
import type { UploadedFile } from '../upload-snapshot.js';
import type { OpenedFile } from '../upload-source.js';
import { describeFile } from './describe-file.js';

/** From this size on asking takes less time than sending and inspecting, on most connections. */
const DEFAULT_ASK_FROM_BYTES = 64 * 1024 * 1024;
/** Nothing larger is stored as clean: no scanner of the service takes it. */
const MAX_ASKED_BYTES = 2 * 1024 ** 3;
/** A block is held in memory. */
const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
/** Sending is the other way: no reason to wait for long. */
const ASK_RETRIES = 2;

/** What came of asking. */
export interface Asked {
  /** Of all bytes, where it was computed. */
  readonly sha256?: string;
  /** The file, where nothing need be sent. */
  readonly stored?: UploadedFile;
}

/** Whether it is worth asking, and safe: the caller's key names the creation of an upload, and no question. */
export const isAsking = (
  { blob }: OpenedFile,
  { askFromBytes = DEFAULT_ASK_FROM_BYTES, idempotencyKey }: UploadOptions,
): boolean => blob.size >= askFromBytes && blob.size <= MAX_ASKED_BYTES && idempotencyKey === undefined;

/**
 * Asks whether the service has the bytes already, by showing that they are at hand here. Reads them twice. Whatever
 * goes wrong means that they have to be sent: then that succeeds, or says why not.
 *
 * @throws only the reason of the signal
 */
export async function askPossession(
  deps: UploadDeps,
  file: OpenedFile,
  options: UploadOptions,
  signal: AbortSignal,
): Promise<Asked> {
  let sha256: string | undefined;
  try {
    sha256 = await deps.platform.sha256(file.blob, signal);
    const stored = await prove(deps, file, options, sha256, signal);
    return stored === undefined ? { sha256 } : { sha256, stored };
  } catch {
    signal.throwIfAborted();
    return sha256 === undefined ? {} : { sha256 };
  }
}

async function prove(
  deps: UploadDeps,
  file: OpenedFile,
  options: UploadOptions,
  sha256: string,
  signal: AbortSignal,
): Promise<UploadedFile | undefined> {
  const { transport, platform } = deps;
  const hasty = { ...deps, retries: Math.min(ASK_RETRIES, deps.retries ?? ASK_RETRIES) };
  const what = { input: { sha256, sizeBytes: file.blob.size } };
  const ask = await withRetries(
    hasty,
    () => transport.request(ChallengePossessionDocument, what, signal),
    signal,
  );
  const { challenge, blockSizeBytes } = ask.challengePossession;
  if (!(blockSizeBytes > 0 && blockSizeBytes <= MAX_BLOCK_BYTES)) throw badAnswer('The block is too large.');
  const proof = await platform.prove(file.blob, { challenge, blockSizeBytes }, signal);
  // A key, so that the answer to a request whose answer was lost is not a second file.
  const input = { ...describeFile(file, options), challenge, proof, idempotencyKey: randomKey() };
  const answer = await withRetries(
    hasty,
    () => transport.request(ProvePossessionDocument, { input }, signal),
    signal,
  );
  return answer.provePossession.file ?? undefined;
}
