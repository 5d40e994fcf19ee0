import { isRetryable } from '../api/retry.js';
import { UploadError } from '../api/upload-error.js';
import type { CreateUploadInput } from '../generated/graphql.js';
import { randomKey } from '../random.js';
import type { UploadDeps, UploadOptions } from '../upload-deps.js';
import { isGivenUp, type UploadedFile } from '../upload-snapshot.js';
import type { OpenedFile } from '../upload-source.js';
import { askPossession, isAsking, type Asked } from './ask-possession.js';
import { differenceOf } from './compare-bytes.js';
import { createUpload, isRefusedForGood, type CreatedUpload } from './create-upload.js';
import { describeFile } from './describe-file.js';
import { readLedger, type Ledger } from './ledger.js';
import { choosePartSize } from './part-size.js';
import { hashBytes } from './prepare-parts.js';
import type { Creation, UploadMemory } from './upload-memory.js';

/** An upload that can be sent. */
export interface BegunUpload {
  readonly fileId: string;
  /** What is known of it already; absent for a new one, of which nothing is there. */
  readonly ledger: Ledger | undefined;
  /** Of the whole file, where the upload was begun with it. */
  readonly declaredSha256?: string | null | undefined;
  readonly layout: { readonly partSizeBytes: number; readonly partCount: number };
}

/** A file that the service had already: nothing need be sent. */
export interface StoredAlready {
  readonly stored: UploadedFile;
}

/**
 * Finds the upload to go on with, or creates one, unless the service has the bytes already. It is remembered before
 * it is created, so that an answer that is lost leaves no orphan: the same idempotency key finds it again.
 *
 * @param key - under which the upload is remembered in the store; `undefined` for none
 * @throws UploadError, e.g. FILE_CHANGED when `fileId` names the upload of another file
 */
export async function beginUpload(
  deps: UploadDeps,
  file: OpenedFile,
  options: UploadOptions,
  memory: UploadMemory,
  key: string | undefined,
  signal: AbortSignal,
): Promise<BegunUpload | StoredAlready> {
  if (options.fileId !== undefined) return takeUp(deps, file, options.fileId, signal);
  const record = key === undefined ? undefined : await memory.recall(key);
  const found = record && (await findAgain(deps, file, record, signal));
  if (record !== undefined && found !== undefined) {
    const expiresAt = found.ledger?.upload.expiresAt ?? record.expiresAt;
    await memory.note({ input: record.input, fileId: found.fileId, expiresAt });
    return found;
  }
  const asked = isAsking(file, options) ? await askPossession(deps, file, options, signal) : {};
  if (asked.stored) return { stored: asked.stored };
  const input = await describe(deps, file, options, asked, signal);
  signal.throwIfAborted();
  const { fileId, transfer } = await createRemembered(deps, memory, input, signal);
  const begun = { fileId, ledger: undefined, layout: transfer, declaredSha256: input.sha256 };
  return options.idempotencyKey === undefined ? begun : sameAsBefore(deps, file, begun, signal);
}

/** A service remembers a key for a day, unless its operator has set another time, in milliseconds. */
const KEY_LIFE_MS = 24 * 60 * 60 * 1_000;

/** It is remembered before it is created, so that an answer that is lost leaves no orphan. */
async function createRemembered(
  deps: UploadDeps,
  memory: UploadMemory,
  input: CreateUploadInput,
  signal: AbortSignal,
): Promise<CreatedUpload> {
  await memory.note({ input, expiresAt: new Date(Date.now() + KEY_LIFE_MS).toISOString() });
  try {
    const created = await createUpload(deps, input, signal);
    await memory.note({ input, fileId: created.fileId, expiresAt: created.transfer.expiresAt });
    return created;
  } catch (error) {
    if (isRefusedForGood(error)) await memory.forget(undefined);
    throw error;
  }
}

/**
 * A key of the caller may have opened the upload earlier, and the answer is that of then: only what the service has
 * now tells whether it has the bytes of another file.
 */
async function sameAsBefore(
  deps: UploadDeps,
  { blob }: OpenedFile,
  begun: BegunUpload,
  signal: AbortSignal,
): Promise<BegunUpload> {
  const ledger = await readLedger(deps, begun.fileId, signal);
  const difference = ledger && (await differenceOf(deps, ledger, blob, signal, begun.declaredSha256));
  if (difference !== undefined) throw difference;
  return { ...begun, ledger };
}

async function takeUp(
  deps: UploadDeps,
  { blob }: OpenedFile,
  fileId: string,
  signal: AbortSignal,
): Promise<BegunUpload> {
  const ledger = await readLedger(deps, fileId, signal);
  if (ledger === undefined) {
    const detail = { code: 'NOT_FOUND', category: 'user', retryable: false } as const;
    throw new UploadError(`There is no upload with the id ${fileId}.`, detail);
  }
  const difference = await differenceOf(deps, ledger, blob, signal);
  if (difference !== undefined) throw difference;
  return { fileId, ledger, layout: ledger.upload };
}

/** The upload that was remembered, when it still is what this file needs. */
async function findAgain(
  deps: UploadDeps,
  { blob }: OpenedFile,
  { input, fileId }: Creation,
  signal: AbortSignal,
): Promise<BegunUpload | undefined> {
  try {
    const id = fileId ?? (await createUpload(deps, input, signal)).fileId;
    const ledger = await readLedger(deps, id, signal);
    if (ledger === undefined || isGivenUp(ledger.state)) return undefined;
    if (await differenceOf(deps, ledger, blob, signal, input.sha256)) return undefined;
    return { fileId: id, ledger, layout: ledger.upload, declaredSha256: input.sha256 };
  } catch (error) {
    signal.throwIfAborted();
    if (isRetryable(error) || !(error instanceof UploadError) || error.category === 'auth') throw error;
    return undefined;
  }
}

async function describe(
  deps: UploadDeps,
  file: OpenedFile,
  options: UploadOptions,
  { sha256: known }: Asked,
  signal: AbortSignal,
): Promise<CreateUploadInput> {
  const { blob } = file;
  const { declareSha256 = known !== undefined } = options;
  const sha256 = declareSha256 ? (known ?? (await hashBytes(deps, blob, signal))) : undefined;
  const maxParallel = options.maxParallel ?? deps.maxParallel ?? deps.platform.maxParallel;
  const { connectionRate } = deps.measured;
  return {
    ...describeFile(file, options),
    sizeBytes: blob.size,
    ...(sha256 === undefined ? {} : { sha256 }),
    partSizeBytes: options.partSizeBytes ?? choosePartSize(blob.size, maxParallel, connectionRate),
    idempotencyKey: options.idempotencyKey ?? randomKey(),
  };
}
