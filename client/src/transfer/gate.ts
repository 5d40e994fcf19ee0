/** Lets work through, or holds it. */
export interface Gate {
  readonly isOpen: () => boolean;
  /** Aborts at the next pause. */
  readonly signal: () => AbortSignal;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Resolves when work may go on; rejects with the reason of the signal. */
  readonly whenOpen: (signal: AbortSignal) => Promise<void>;
}

/** A gate that is open. */
export function createGate(): Gate {
  let period = new AbortController();
  let waiting: (() => void)[] = [];
  const isOpen = (): boolean => !period.signal.aborted;
  return {
    isOpen,
    signal: () => period.signal,
    pause: () => period.abort(new DOMException('The upload is paused.', 'AbortError')),
    resume: () => {
      if (isOpen()) return;
      period = new AbortController();
      const released = waiting;
      waiting = [];
      for (const release of released) release();
    },
    whenOpen: async (signal) => {
      signal.throwIfAborted();
      if (isOpen()) return;
      await new Promise<void>((release, reject) => {
        const stop = (): void => reject(signal.reason as Error);
        signal.addEventListener('abort', stop, { once: true });
        waiting.push(() => {
          signal.removeEventListener('abort', stop);
          release();
        });
      });
    },
  };
}
