import { StartError } from './start-error.js';

/** A terminal's Ctrl-C arrives at every process of the chain, and some pass it on: these are one. */
const SAME_WISH_MS = 1_000;

/** When and why everything ends. */
export interface Told {
  /** Resolves with the reason when somebody wants the end; rejects when it cannot go on. */
  readonly ended: Promise<string>;
  /** It cannot go on. */
  readonly fail: (reason: string) => void;
  /** Aborts when either has happened. */
  readonly signal: AbortSignal;
}

const REASONS: Partial<Record<NodeJS.Signals, string>> = {
  SIGINT: 'Ctrl-C',
  SIGTERM: 'SIGTERM',
  SIGHUP: 'the terminal was closed',
};

/**
 * Listens for the wish to end. The bootstrap sends SIGTERM as well when the process that started us is gone.
 *
 * @param onImpatience - called when the wish comes again
 */
export function untilTold(onImpatience: () => void): Told {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const over = new AbortController();
  // Whoever waits later still gets it; nobody waiting yet is no error.
  promise.catch(() => undefined);
  let firstAt: number | null = null;
  const tell = (reason: string): void => {
    if (firstAt !== null && Date.now() - firstAt > SAME_WISH_MS) onImpatience();
    firstAt ??= Date.now();
    resolve(reason);
    over.abort();
  };
  for (const [signal, reason] of Object.entries(REASONS)) {
    process.on(signal, () => {
      tell(reason);
    });
  }
  return {
    ended: promise,
    signal: over.signal,
    fail(reason) {
      reject(new StartError(reason));
      over.abort();
    },
  };
}
