import { TransientError } from '../../domain/errors.js';
import type { AnalyserProcess } from './analyser-process.js';

/** What an analyser is to the pool. */
export interface Member {
  readonly process: AnalyserProcess;
  /** Files that it has had. */
  files: number;
}

/** Analysers, each for one file at a time: as many as are in use, and one that is started before it is needed. */
export interface Pool {
  /** Lends a free one; the first who waits is the first who gets one. */
  take(signal?: AbortSignal): Promise<Member>;
  /** Takes one back, or takes note that it has ended. */
  give(member: Member): void;
  counts(): { readonly idle: number; readonly busy: number };
  close(): void;
}

/** How a pool is made up. */
export interface PoolOptions {
  /** The most that there are. */
  readonly size: number;
  /** An analyser is replaced after so many files: what one left behind in it reaches not many others. */
  readonly filesPerAnalyser: number;
  readonly takeTimeoutMs: number;
  /** Starts one; resolves when it is ready. */
  readonly start: () => Promise<AnalyserProcess>;
  readonly onStartFailure: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** Starts the first analyser, others as they are needed, and others again in the place of those that end. */
export function createPool(options: PoolOptions): Pool {
  const idle: Member[] = [];
  const busy = new Set<Member>();
  const queue = createQueue(options.takeTimeoutMs);
  let isClosed = false;
  const offer = (member: Member): void => {
    if (isClosed) member.process.kill(CLOSED);
    else if (queue.serve(member)) busy.add(member);
    else idle.push(member);
  };
  const starter = createStarter(options, (process) => offer({ process, files: 0 }));
  const fill = (): void => {
    dropEnded(idle);
    if (!isClosed) starter.start(Math.min(options.size - busy.size, queue.length() + 1) - idle.length);
  };
  fill();
  return {
    async take(signal) {
      dropEnded(idle);
      const free = idle.pop();
      if (free) busy.add(free);
      const taken = free ?? queue.wait(signal);
      fill();
      return taken;
    },
    give(member) {
      busy.delete(member);
      member.files += 1;
      if (member.process.isAlive() && member.files < options.filesPerAnalyser) offer(member);
      else member.process.retire();
      fill();
    },
    counts: () => ({ idle: idle.length, busy: busy.size }),
    close() {
      isClosed = true;
      for (const { process } of [...idle.splice(0), ...busy]) process.kill(CLOSED);
      queue.close();
    },
  };
}

/** What they end with when the pool is closed. */
export const CLOSED = 'The pool is closed';

/** Starts as many as are missing, and waits longer after each one that failed. */
function createStarter(
  { start, onStartFailure }: PoolOptions,
  onStart: (process: AnalyserProcess) => void,
): { start(missing: number): void } {
  let starting = 0;
  let failures = 0;
  const startOne = async (): Promise<void> => {
    try {
      const process = await start();
      failures = 0;
      starting -= 1;
      onStart(process);
    } catch (error) {
      onStartFailure(error);
      failures += 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      // The next one who needs an analyser finds that one is missing.
      setTimeout(() => (starting -= 1), pauseMs).unref();
    }
  };
  return {
    start(missing) {
      for (let rest = missing - starting; rest > 0; rest -= 1) {
        starting += 1;
        void startOne();
      }
    },
  };
}

function dropEnded(idle: Member[]): void {
  for (let index = idle.length - 1; index >= 0; index -= 1) {
    if (!idle[index]?.process.isAlive()) idle.splice(index, 1);
  }
}

/** Who waits for a free one, in the order of their coming. */
interface Queue {
  /** Gives one to the first who waits, if anybody does. */
  serve(member: Member): boolean;
  wait(signal?: AbortSignal): Promise<Member>;
  length(): number;
  close(): void;
}

function createQueue(timeoutMs: number): Queue {
  const waiting: PromiseWithResolvers<Member>[] = [];
  return {
    serve(member) {
      const first = waiting.shift();
      first?.resolve(member);
      return first !== undefined;
    },
    async wait(signal) {
      const waiter = Promise.withResolvers<Member>();
      waiting.push(waiter);
      const leave = (why: string): void => {
        const index = waiting.indexOf(waiter);
        if (index >= 0) waiting.splice(index, 1);
        waiter.reject(new TransientError('analyser', why));
      };
      const stop = (): void => leave('Nobody waits any more');
      const timer = setTimeout(() => leave('No analyser became free'), timeoutMs);
      signal?.addEventListener('abort', stop, { once: true });
      try {
        return await waiter.promise;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
      }
    },
    length: () => waiting.length,
    close() {
      for (const waiter of waiting.splice(0)) waiter.reject(new TransientError('analyser', CLOSED));
    },
  };
}
