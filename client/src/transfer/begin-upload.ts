import { isRetryable, withRetries } from '../api/retry.js';
import { UploadError } from '../api/upload-error.js';
import { CreateUploadDocument, type CreateUploadInput } from '../generated/graphql.js';
import { randomKey } from '../random.js';
import type { ResumeRecord } from '../resume-store.js';
import type { UploadDeps, UploadOptions } from '../upload-deps.js';
import type { UploadedFile } from '../upload-snapshot.js';
import type { OpenedFile } from '../upload-source.js';
import { askPossession, isAsking, type Asked } from './ask-possession.js';
import { describeFile } from './describe-file.js';
import { differenceOf, readLedger, type Ledger } from './ledger.js';
import { choosePartSize } from './part-size.js';

/** An upload that can be sent. */
export interface BegunUpload {
  readonly fileId: string;
  /** What is known of it already; absent for a new one, of which nothing is there. */
  readonly ledger: Ledger | undefined;
  readonly layout: { readonly partSizeBytes: number; readonly partCount: number };
}

/** A file that the service had already: nothing need be sent. */
export interface StoredAlready {
  readonly stored: UploadedFile;
}

/** States in which an upload is of no use any more. */
const USELESS: readonly string[] = ['CANCELLED', 'EXPIRED', 'DELETED'];

/**
 * Finds the upload to go on with, or creates one, unless the service has the bytes already. It is remembered before
 * it is created, so that an answer that is lost leaves no orphan: the same idempotency key finds it again.
 *
 * @throws UploadError, e.g. FILE_CHANGED when `fileId` names the upload of another file
 */
export async function beginUpload(
  deps: UploadDeps,
  file: OpenedFile,
  options: UploadOptions,
  key: string,
  signal: AbortSignal,
): Promise<BegunUpload | StoredAlready> {
  if (options.fileId !== undefined) return takeUp(deps, file, options.fileId, signal);
  const store = options.isResumable === false ? undefined : deps.store;
  const record = await store?.get(key);
  const found = record && (await findAgain(deps, file, record, signal));
  if (record !== undefined && found !== undefined) {
    await store?.set({ ...record, fileId: found.fileId });
    return found;
  }
  const asked = isAsking(file, options) ? await askPossession(deps, file, options, signal) : {};
  if (asked.stored) return { stored: asked.stored };
  const input = await describe(deps, file, options, asked, signal);
  await store?.set({ key, input });
  const begun = await create(deps, input, signal);
  await store?.set({ key, input, fileId: begun.fileId });
  return begun;
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
  { input, fileId }: ResumeRecord,
  signal: AbortSignal,
): Promise<BegunUpload | undefined> {
  try {
    const id = fileId ?? (await create(deps, input, signal)).fileId;
    const ledger = await readLedger(deps, id, signal);
    if (ledger === undefined || USELESS.includes(ledger.state)) return undefined;
    if (await differenceOf(deps, ledger, blob, signal)) return undefined;
    return { fileId: id, ledger, layout: ledger.upload };
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
  const sha256 = declareSha256 ? (known ?? (await deps.platform.sha256(blob, signal))) : undefined;
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

async function create(deps: UploadDeps, input: CreateUploadInput, signal: AbortSignal): Promise<BegunUpload> {
  const { createUpload } = await withRetries(
    deps,
    () => deps.transport.request(CreateUploadDocument, { input }, signal),
    signal,
  );
  const { file, transfer } = createUpload;
  // A key that was used before answers with the upload that it opened, which may be far by now.
  const ledger = file.state === 'PENDING' ? undefined : await readLedger(deps, file.id, signal);
  return { fileId: file.id, ledger, layout: transfer };
}
