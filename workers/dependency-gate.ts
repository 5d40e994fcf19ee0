import type { Logger } from '../src/observability/logger.js';
import type { Clock } from '../src/ports/clock.js';

/** Something that no inspection can do without. */
export interface Needed {
  /** For the log, e.g. `scanner`. */
  readonly name: string;
  /** Resolves when it is there as far as is known, and looks again where it was not. Has a deadline of its own. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
}

/** Lets nothing begin that could only fail. */
export interface DependencyGate {
  /**
   * Waits until everything that is needed is there.
   *
   * @returns false when the signal aborts or the gate is closed first
   */
  pass(signal: AbortSignal): Promise<boolean>;
  /** Lets nobody through any more, also not those that wait. */
  close(): void;
}

/** How often what was away is asked again. */
const ASK_AGAIN_MS = 1_000;

/**
 * Makes the gate before inspections. A dependency that is away delays work: an attempt that could not come to a verdict is
 * not made, and so no file uses up its attempts while nothing about it is wrong.
 */
export function createDependencyGate(
  needed: readonly Needed[],
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): DependencyGate {
  const closing = new AbortController();
  const away = new Set<string>();
  const isThere = async ({ name, ask }: Needed, signal: AbortSignal): Promise<boolean> => {
    const failure = await ask(signal).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failure && !signal.aborted && !away.has(name)) {
      away.add(name);
      logger.warn({ err: failure.error, dependency: name }, 'inspections wait for a dependency');
    }
    if (!failure && away.delete(name)) logger.info({ dependency: name }, 'inspections go on');
    return !failure;
  };
  return {
    async pass(signal) {
      const stop = AbortSignal.any([signal, closing.signal]);
      while (!stop.aborted) {
        const answers = await Promise.all(needed.map((one) => isThere(one, stop)));
        if (answers.every(Boolean)) return !stop.aborted;
        await clock.sleep(ASK_AGAIN_MS, stop);
      }
      return false;
    },
    close: () => {
      closing.abort();
    },
  };
}
