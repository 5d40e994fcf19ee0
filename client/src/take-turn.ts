import type { Gate } from './transfer/gate.js';
import type { UploadDeps } from './upload-deps.js';
import type { UploadState } from './upload-state.js';

/** Who waits for a turn. */
export interface WaitingUpload {
  readonly deps: Pick<UploadDeps, 'uploadTurns'>;
  readonly gate: Gate;
  readonly state: UploadState;
  readonly signal: AbortSignal;
}

/**
 * Waits until an upload may begin, and answers what lets the next one in. Who is paused waits outside, and a pause
 * gives the turn up, so that many paused uploads hold up no others: what is resumed goes on at once.
 *
 * @throws the reason of the signal
 */
export async function takeTurn({ deps, gate, state, signal }: WaitingUpload): Promise<() => void> {
  for (;;) {
    await gate.pass(state, signal);
    const pause = gate.signal();
    try {
      const end = await deps.uploadTurns.take(AbortSignal.any([signal, pause]));
      pause.addEventListener('abort', end, { once: true });
      return end;
    } catch (error) {
      signal.throwIfAborted();
      if (!pause.aborted) throw error;
    }
  }
}
