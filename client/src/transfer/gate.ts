import type { UploadState } from '../upload-state.js';
import { unlessAborted } from './unless-aborted.js';

/** Lets work through, or holds it. */
export interface Gate {
  /** Aborts when the gate closes next. */
  readonly signal: () => AbortSignal;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Closes the gate beside all pauses, of which nobody is told; answers what ends that. */
  readonly hold: () => () => void;
  /**
   * Resolves when work may go on; meanwhile the state tells of a pause.
   *
   * @throws the reason of the signal
   */
  readonly pass: (state: Pick<UploadState, 'change'>, signal: AbortSignal) => Promise<void>;
}

/** A gate that is open. */
export function createGate(): Gate {
  let period = new AbortController();
  let next = Promise.withResolvers<void>();
  let [isPaused, isHeld] = [false, false];
  const isOpen = (): boolean => !isPaused && !isHeld;
  const set = (paused: boolean, held: boolean): void => {
    [isPaused, isHeld] = [paused, held];
    if (!isOpen()) period.abort(new DOMException('The upload is paused.', 'AbortError'));
    else if (period.signal.aborted) period = new AbortController();
    next.resolve();
    next = Promise.withResolvers<void>();
  };
  return {
    signal: () => period.signal,
    pause: () => set(true, isHeld),
    resume: () => set(false, isHeld),
    hold: () => {
      set(isPaused, true);
      return () => set(isPaused, false);
    },
    pass: async (state, signal) => {
      signal.throwIfAborted();
      if (isOpen()) return;
      while (!isOpen()) {
        if (isPaused) state.change({ phase: 'paused', bytesPerSecond: 0 });
        await unlessAborted(next.promise, signal);
      }
      state.change({ phase: 'preparing' });
    },
  };
}
