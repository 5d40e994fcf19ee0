import { hasCode, UploadError } from './api/upload-error.js';
import { beginUpload } from './transfer/begin-upload.js';
import { followUpload, type Heard } from './transfer/follow-upload.js';
import type { Gate } from './transfer/gate.js';
import { readLedger } from './transfer/ledger.js';
import { sendUpload, type Sending } from './transfer/send-upload.js';
import type { UploadDeps, UploadOptions } from './upload-deps.js';
import { isOpen, type UploadedFile } from './upload-snapshot.js';
import type { OpenFile } from './upload-source.js';
import type { UploadState } from './upload-state.js';

/** What one upload is made of. */
export interface UploadRun {
  readonly deps: UploadDeps;
  readonly options: UploadOptions;
  readonly open: OpenFile;
  readonly state: UploadState;
  readonly gate: Gate;
  readonly signal: AbortSignal;
  /** Whether it was given up for good, so that nothing shall be remembered of it. */
  readonly isCancelled: () => boolean;
}

/**
 * Opens the file, begins or takes up its upload, sends it and follows it to its end.
 *
 * @returns the file as it ended, or as it was when all bytes were there
 * @throws UploadError, or the reason of the signal
 */
export async function runUpload(run: UploadRun): Promise<UploadedFile> {
  const { deps, options, open, state, signal } = run;
  const file = await open();
  const name = options.name ?? file.name;
  state.change({ name, sizeBytes: file.blob.size, fileId: options.fileId });
  const key = `${deps.scope}|${file.fingerprint}`;
  let isOver = false;
  try {
    const begun = await beginUpload(deps, file, options, key, signal);
    if ('stored' in begun) return noteStored(state, begun.stored);
    state.change({ fileId: begun.fileId });
    const ended = await sendAndFollow({ ...run, begun, blob: file.blob });
    isOver = !isOpen(ended.state);
    return ended;
  } finally {
    if (isOver || run.isCancelled()) await deps.store?.delete(key);
  }
}

async function sendAndFollow(sending: Sending): Promise<UploadedFile> {
  const { deps, options, begun, state, signal } = sending;
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const sent = sendUpload({ ...sending, signal: either });
  const ended = followUpload(deps, begun.fileId, (heard) => note(state, heard), either);
  const whenSent = options.until === 'sent' ? sent.then(() => current(sending)) : sent.then(() => ended);
  try {
    // An upload may end before all was sent: somebody cancelled it, or it was refused.
    return await Promise.race([ended, whenSent]);
  } catch (error) {
    if (signal.aborted || !hasCode(error, 'CONFLICT', 'IDEMPOTENCY_MISMATCH')) throw error;
    // A conflict mostly means that the upload has gone on otherwise: then that is the answer.
    if (isOpen((await current(sending)).state)) throw error;
    return await ended;
  } finally {
    stop.abort();
    await Promise.allSettled([ended, sent]);
  }
}

function noteStored(state: UploadState, file: UploadedFile): UploadedFile {
  const { id: fileId, sizeBytes } = file;
  state.change({ fileId, alreadyStored: true, receivedBytes: sizeBytes, scannedBytes: sizeBytes });
  return file;
}

async function current({ deps, begun, signal }: Sending): Promise<UploadedFile> {
  const file = await readLedger(deps, begun.fileId, signal);
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
