import { UploadError } from './api/upload-error.js';
import { cancelUpload } from './cancel-upload.js';
import { runUpload, type UploadRun } from './run-upload.js';
import { createGate } from './transfer/gate.js';
import { createMemory } from './transfer/upload-memory.js';
import type { UploadDeps, UploadOptions } from './upload-deps.js';
import {
  isEnded,
  isGivenUp,
  type UploadedFile,
  type UploadPhase,
  type UploadSnapshot,
} from './upload-snapshot.js';
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
  /**
   * Gives the upload up for good, at the service and here, also after it failed or was stopped. When the service has all
   * bytes it is too late: then the upload goes on, and {@link Upload.result} tells how it ends.
   *
   * @throws UploadError when the service could not be told, which the snapshot shows as its problem
   */
  readonly cancel: () => Promise<void>;
}

/** Begins an upload at once. */
export function startUpload(deps: UploadDeps, open: OpenFile, options: UploadOptions): Upload {
  const state = createUploadState();
  const gate = createGate();
  const stop = new AbortController();
  const given = options.signal ? [options.signal] : [];
  const signal = AbortSignal.any([stop.signal, deps.closed, ...given]);
  if (options.onProgress) state.subscribe(options.onProgress);
  const ours = { ...deps, onRetry: (error: unknown) => noteProblem(state, error) };
  const memory = createMemory(deps.store);
  const run = { deps: ours, options, open, state, gate, memory, signal };
  const ending = endUpload(run);
  return {
    result: ending.result,
    snapshot: state.snapshot,
    subscribe: state.subscribe,
    pause: () => gate.pause(),
    resume: () => gate.resume(),
    cancel: createCancel(run, ending, () => stop.abort(cancelled())),
  };
}

interface Ending {
  readonly result: Promise<UploadedFile>;
  readonly isSettled: () => boolean;
  /** `wanted` while the service is told: then the end that this makes there is no result. */
  cancel: 'no' | 'wanted' | 'done';
}

/** Runs the upload and notes how it ends. */
function endUpload(run: UploadRun): Ending {
  const { state, signal } = run;
  let isSettled = false;
  const note = async (): Promise<UploadedFile> => {
    try {
      const file = await runUpload(run);
      if (ending.cancel !== 'no' && file.state === 'CANCELLED') {
        ending.cancel = 'done';
        throw cancelled();
      }
      conclude(state, file);
      return file;
    } catch (error) {
      if (ending.cancel === 'done') throw fail(state, error, 'cancelled');
      if (signal.aborted) throw fail(state, error, 'stopped');
      throw fail(state, known(error), 'failed');
    } finally {
      isSettled = true;
    }
  };
  const ending: Ending = { result: note(), isSettled: () => isSettled, cancel: 'no' };
  // Whoever only looks at the snapshots has seen the failure there.
  ending.result.catch(() => undefined);
  return ending;
}

function createCancel(run: UploadRun, ending: Ending, abort: () => void): Upload['cancel'] {
  const { state, memory } = run;
  const stop = async (): Promise<void> => {
    abort();
    await ending.result.catch(() => undefined);
  };
  const cancel = async (): Promise<void> => {
    if (isOver(state.snapshot())) return;
    ending.cancel = 'wanted';
    try {
      const givenUp = await cancelUpload({ ...run, isSettled: ending.isSettled, stop });
      if (!givenUp) return;
      ending.cancel = 'done';
      await stop();
      await memory.forget(run.options.fileId);
      state.change({ ...givenUp, phase: 'cancelled', problem: undefined, bytesPerSecond: 0 });
    } finally {
      if (ending.cancel === 'wanted') ending.cancel = 'no';
    }
  };
  let underWay: Promise<void> | undefined;
  return () => (underWay ??= cancel().finally(() => (underWay = undefined)));
}

const cancelled = (): DOMException => new DOMException('The upload was cancelled.', 'AbortError');

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

function fail(state: UploadState, error: unknown, phase: UploadPhase): unknown {
  const problem = error instanceof UploadError ? { problem: error } : {};
  state.change({ phase, ...problem, bytesPerSecond: 0 });
  return error;
}

/** Whoever only looks at the snapshots has to see why, whatever it was. */
function known(error: unknown): UploadError {
  if (error instanceof UploadError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const detail = { code: 'UNKNOWN', category: 'client', retryable: false } as const;
  return new UploadError(message, detail, { cause: error });
}
