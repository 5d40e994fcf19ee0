import { setTimeout as delay } from 'node:timers/promises';
import type { Exit, ServerProcess } from './services/server-process.js';

const MAX_RESTARTS = 5;
const WINDOW_MS = 120_000;
const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/** A process that is started again when it ends by itself. */
export interface Supervised {
  /** Ends it for good. */
  readonly stop: () => Promise<void>;
}

/** What a supervisor is told to do. */
export interface SuperviseOptions<T extends ServerProcess> {
  /** As a person calls it. */
  readonly name: string;
  readonly start: () => Promise<T>;
  /** Shown to the operator. */
  readonly report: (line: string) => void;
  /** Called once, when it has ended too often to go on. */
  readonly giveUp: (reason: string) => void;
}

/**
 * Watches over a process that runs: reports when it ends by itself and starts it again after a pause that
 * doubles, at most five times in two minutes.
 */
export function supervise<T extends ServerProcess>(first: T, options: SuperviseOptions<T>): Supervised {
  const stopping = new AbortController();
  let current: ServerProcess = first;
  const isOver = (): boolean => stopping.signal.aborted;
  const watch = async (): Promise<void> => {
    const restarts: number[] = [];
    for (;;) {
      const exit = await current.exited;
      if (isOver()) return;
      const pauseMs = nextPause(restarts);
      if (pauseMs === null) {
        options.giveUp(
          `${options.name} ended ${MAX_RESTARTS + 1} times in a short while, last ${describe(exit)}.`,
        );
        return;
      }
      options.report(`${options.name} ended (${describe(exit)}); starting it again.`);
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (isOver()) return;
      const next = await options.start().catch((error: unknown) => failed(error));
      current = next;
      if (isOver()) await next.stop();
      else if (next.pid !== 0) options.report(`${options.name} runs again.`);
    }
  };
  const watching = watch();
  return {
    async stop() {
      stopping.abort();
      await current.stop();
      await watching;
    },
  };
}

/** How long to wait before the next start; null when there were too many. */
function nextPause(restarts: number[]): number | null {
  const now = Date.now();
  while (restarts[0] !== undefined && restarts[0] < now - WINDOW_MS) restarts.shift();
  if (restarts.length >= MAX_RESTARTS) return null;
  restarts.push(now);
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (restarts.length - 1));
}

/** A start that failed counts like a process that ended at once. */
function failed(error: unknown): ServerProcess {
  const message = error instanceof Error ? error.message : String(error);
  const exit: Exit = { code: null, signal: null, message };
  return { pid: 0, exited: Promise.resolve(exit), stop: () => Promise.resolve() };
}

/** How a process ended, in words. */
function describe(exit: Exit): string {
  if (exit.message !== undefined) return exit.message;
  return exit.signal === null ? `exit code ${String(exit.code)}` : `signal ${exit.signal}`;
}
