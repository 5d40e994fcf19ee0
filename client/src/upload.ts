import { withRetries } from './api/retry.js';
import { UploadError } from './api/upload-error.js';
import { CancelUploadDocument } from './generated/graphql.js';
import { runUpload } from './run-upload.js';
import { createGate } from './transfer/gate.js';
import { createMemory } from './transfer/upload-memory.js';
import type { UploadDeps, UploadOptions } from './upload-deps.js';
import { isEnded, isGivenUp, type UploadedFile, type UploadSnapshot } from './upload-snapshot.js';
import type { OpenFile } from './upload-source.js';
import { createUploadState, type UploadState } from './upload-state.js';

/** An upload that is under way. */
export interface Upload {
  /**
   * The file as it ended, whatever its verdict; rejects with {@link UploadError}, and with an `AbortError`
   * when it was stopped or cancelled. Need not be waited for.
   */
  readonly result: Promise<UploadedFile>;
  /** Where it stands now: a new object at every change. */
  readonly snapshot: () => UploadSnapshot;
  /** Calls the listener at every change; answers what ends that. */
  readonly subscribe: (listener: (snapshot: UploadSnapshot) => void) => () => void;
  /** Stops sending until {@link Upload.resume}; parts under way are sent again. */
  readonly pause: () => void;
  /** Goes on with what the service says is missing. */
  readonly resume: () => void;
  /** Gives the upload up for good, here and at the service. */
  readonly cancel: () => Promise<void>;
}

/** Begins an upload at once. */
export function startUpload(deps: UploadDeps, open: OpenFile, options: UploadOptions): Upload {
  const state = createUploadState();
  const gate = createGate();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  if (options.onProgress) state.subscribe(options.onProgress);
  const ours = { ...deps, onRetry: (error: unknown) => noteProblem(state, error) };
  const isCancelled = (): boolean => stop.signal.aborted;
  const memory = createMemory(deps.store);
  const run = { deps: ours, options, open, state, gate, memory, signal, isCancelled };
  const result = runUpload(run).then(
    (file) => {
      conclude(state, file);
      return file;
    },
    (error: unknown) => {
      fail(state, error, isCancelled(), signal.aborted);
      throw error;
    },
  );
  // Whoever only looks at the snapshots has seen the failure there.
  result.catch(() => undefined);
  return {
    result,
    snapshot: state.snapshot,
    subscribe: state.subscribe,
    pause: () => gate.pause(),
    resume: () => gate.resume(),
    cancel: async () => {
      if (isOver(state.snapshot())) return;
      stop.abort(new DOMException('The upload was cancelled.', 'AbortError'));
      await result.catch(() => undefined);
      await cancelAtService(deps, state.snapshot().fileId);
    },
  };
}

const isOver = ({ phase }: UploadSnapshot): boolean => phase === 'ended' || phase === 'cancelled';

function noteProblem(state: UploadState, error: unknown): void {
  if (error instanceof UploadError) state.change({ problem: error, bytesPerSecond: 0 });
}

function conclude(state: UploadState, file: UploadedFile): void {
  const phase = isEnded(file.state) ? 'ended' : 'inspecting';
  const { sizeBytes, sentBytes } = state.snapshot();
  state.change({
    phase,
    // What another client sent meanwhile is there as well.
    sentBytes: isGivenUp(file.state) ? sentBytes : sizeBytes,
    file,
    stage: file.state,
    problem: undefined,
    bytesPerSecond: 0,
    queuePosition: null,
  });
}

function fail(state: UploadState, error: unknown, isCancelled: boolean, isStopped: boolean): void {
  const phase = isCancelled ? 'cancelled' : isStopped ? 'stopped' : 'failed';
  const problem = error instanceof UploadError ? { problem: error } : {};
  state.change({ phase, ...problem, bytesPerSecond: 0 });
}

async function cancelAtService(deps: UploadDeps, fileId: string | undefined): Promise<void> {
  if (fileId === undefined) return;
  const input = { fileId, idempotencyKey: `cancel-${fileId}` };
  await withRetries(deps, () => deps.transport.request(CancelUploadDocument, { input }));
}
