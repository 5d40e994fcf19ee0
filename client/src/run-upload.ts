import { unreadable } from './api/error-of-answer.js';
import { hasCode, UploadError } from './api/upload-error.js';
import { takeTurn } from './take-turn.js';
import { beginUpload, type BegunUpload } from './transfer/begin-upload.js';
import type { Release } from './transfer/claims.js';
import { differenceOf } from './transfer/compare-bytes.js';
import { followUpload, type Heard } from './transfer/follow-upload.js';
import type { Gate } from './transfer/gate.js';
import { readLedger, type Ledger } from './transfer/ledger.js';
import { resumeKeyOf } from './transfer/resume-key.js';
import { sendUpload } from './transfer/send-upload.js';
import type { UploadMemory } from './transfer/upload-memory.js';
import type { UploadDeps, UploadOptions } from './upload-deps.js';
import { isGivenUp, isOpen, type UploadedFile } from './upload-snapshot.js';
import type { OpenedFile, OpenFile } from './upload-source.js';
import type { UploadState } from './upload-state.js';

/** What one upload is made of. */
export interface UploadRun {
  readonly deps: UploadDeps;
  readonly options: UploadOptions;
  readonly open: OpenFile;
  readonly state: UploadState;
  readonly gate: Gate;
  readonly memory: UploadMemory;
  readonly signal: AbortSignal;
}

/**
 * Opens the file, begins or takes up its upload, sends it and follows it to its end.
 *
 * @returns the file as it ended, or as it was when all bytes were there
 * @throws UploadError, or the reason of the signal
 */
export async function runUpload(run: UploadRun): Promise<UploadedFile> {
  const { options, open, state, memory, signal } = run;
  const file = await readable(open, signal);
  const name = options.name ?? file.name;
  state.change({ name, sizeBytes: file.blob.size, fileId: options.fileId });
  const { key, release } = await claimUpload(run, file);
  let isOver = false;
  try {
    const ended = await inTurn(run, () => beginAndFollow(run, file, key));
    isOver = !isOpen(ended.state);
    return ended;
  } finally {
    if (isOver) await memory.forget(options.fileId);
    await release();
  }
}

/** Who waits for a turn has its claim already: it must not keep a turn from the one that it waits for. */
async function inTurn<T>(run: UploadRun, work: () => Promise<T>): Promise<T> {
  const endTurn = await takeTurn(run);
  try {
    return await work();
  } finally {
    endTurn();
  }
}

async function readable(open: OpenFile, signal: AbortSignal): Promise<OpenedFile> {
  try {
    return await open();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof UploadError ? error : unreadable(error);
  }
}

interface ClaimedUpload {
  /** Under which the upload is remembered. */
  readonly key: string | undefined;
  readonly release: Release;
}

/** The same file once more, while it is under way, is an upload of its own, of which nothing is remembered. */
async function claimUpload({ deps, options, signal }: UploadRun, file: OpenedFile): Promise<ClaimedUpload> {
  const { fileId, idempotencyKey } = options;
  const key = resumeKeyOf(deps, file, options);
  // What the caller names is one upload: whoever comes second finds it as the first one leaves it.
  if (fileId !== undefined) return { key, release: await deps.claims.take(`file ${fileId}`, signal) };
  if (idempotencyKey !== undefined) {
    return { key, release: await deps.claims.take(`creation ${idempotencyKey}`, signal) };
  }
  const release = key === undefined ? undefined : await deps.claims.tryTake(key, signal);
  return release ? { key, release } : { key: undefined, release: () => Promise.resolve() };
}

async function beginAndFollow(
  run: UploadRun,
  file: OpenedFile,
  key: string | undefined,
): Promise<UploadedFile> {
  const { deps, options, state, memory, signal } = run;
  const begun = await beginUpload(deps, file, options, memory, key, signal);
  if ('stored' in begun) return noteStored(state, begun.stored);
  const { fileId } = begun;
  state.change({ fileId });
  if (fileId === options.fileId) return sendAndFollow(run, begun, file.blob);
  const release = await deps.claims.take(`file ${fileId}`, signal);
  try {
    return await sendAndFollow(run, begun, file.blob);
  } finally {
    await release();
  }
}

/**
 * Sends and follows at the same time. Whatever the service tells of a file whose bytes others may have sent is kept
 * back until they are shown to be the same.
 */
async function sendAndFollow(run: UploadRun, begun: BegunUpload, blob: Blob): Promise<UploadedFile> {
  const { deps, options, state, signal } = run;
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const ours = createOwnership(run, begun, blob);
  const sending = { ...run, begun, blob, onAllSent: ours.show, signal: either };
  const sent = sendUpload(sending);
  const hear = (heard: Heard): void => {
    if (isOpen(heard.stage) || isGivenUp(heard.stage) || ours.isShown()) note(state, heard);
  };
  const ended = followUpload(deps, begun.fileId, hear, either);
  const read = (): Promise<Ledger> => current(deps, begun.fileId, signal);
  const whenSent = options.until === 'sent' ? sent.then(read) : sent.then(() => ended);
  try {
    // An upload may end before all was sent: somebody cancelled it, or it was refused.
    const file = await Promise.race([ended, whenSent]);
    if (!ours.isShown()) await ours.prove(await read());
    return file;
  } catch (error) {
    if (signal.aborted || !hasCode(error, 'CONFLICT', 'IDEMPOTENCY_MISMATCH')) throw error;
    // A conflict mostly means that the upload has gone on otherwise: then that is the answer, for the same bytes.
    const ledger = await read();
    if (isOpen(ledger.state)) throw error;
    await ours.prove(ledger);
    return await ended;
  } finally {
    stop.abort();
    await Promise.allSettled([ended, sent]);
  }
}

interface Ownership {
  /** Whether what the service has is known to be the file. */
  readonly isShown: () => boolean;
  readonly show: () => void;
  /** @throws UploadError with FILE_CHANGED */
  readonly prove: (ledger: Ledger) => Promise<void>;
}

function createOwnership({ deps, signal }: UploadRun, begun: BegunUpload, blob: Blob): Ownership {
  // An upload that was complete already was compared before it was taken up.
  let isShown = begun.ledger !== undefined && !isOpen(begun.ledger.state);
  return {
    isShown: () => isShown,
    show: () => {
      isShown = true;
    },
    prove: async (ledger) => {
      const difference = await differenceOf(deps, ledger, blob, signal, begun.declaredSha256);
      if (difference !== undefined) throw difference;
      isShown = true;
    },
  };
}

function noteStored(state: UploadState, file: UploadedFile): UploadedFile {
  const { id: fileId, sizeBytes } = file;
  state.change({ fileId, alreadyStored: true, receivedBytes: sizeBytes, scannedBytes: sizeBytes });
  return file;
}

async function current(deps: UploadDeps, fileId: string, signal: AbortSignal): Promise<Ledger> {
  const file = await readLedger(deps, fileId, signal);
  if (file !== undefined) return file;
  const detail = { code: 'NOT_FOUND', category: 'user', retryable: false } as const;
  throw new UploadError('The service does not have the file any more.', detail);
}

function note(state: UploadState, { stage, receivedBytes, scannedBytes, queuePosition, file }: Heard): void {
  const before = state.snapshot();
  state.change({
    stage,
    file,
    receivedBytes: Math.max(before.receivedBytes, receivedBytes),
    scannedBytes,
    queuePosition,
    // A lost subscription has come back; what stands against a part is over when the part is there.
    ...(before.phase === 'sending' ? {} : { problem: undefined }),
    ...(stage === 'SCANNING' ? { phase: 'inspecting', bytesPerSecond: 0 } : {}),
  });
}
