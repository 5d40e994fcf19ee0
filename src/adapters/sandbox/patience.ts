import { OvertimeError, TransientError } from '../../domain/errors.js';
import { withDeadline } from '../common/with-deadline.js';
import type { AnalyserProcess } from './analyser-process.js';

/** Waits for an analyser with one file. */
export interface Patience {
  /**
   * Waits for what an analyser does next. One that stands still for so long is killed, and so is one that has used up the
   * time of the processor that the file may take; one that works is waited for.
   *
   * @param timeoutMs - longest wait in which it hardly works, in milliseconds
   * @param what - the message of the error
   * @throws OvertimeError when the file has taken all its time; TransientError when the analyser stood still, or the
   *   machine had no time for it
   */
  wait<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T>;
}

/** Who gets less of the processor than this did not work: it stands still, or the machine is too busy. */
const WORKING_SHARE = 1 / 4;
/** An analyser keeps the limit itself, and looks now and then: only one that does not is beyond this. */
const OVERTIME_SHARE = 1.1;
/** Shortest time between two looks. */
const MIN_LOOK_MS = 100;
/** After this share of the time is the first look: what the analyser did for earlier waits says nothing about this one. */
const FIRST_LOOK_SHARE = 1 / 10;

/**
 * Makes the patience with one file. That a time is over says little: the machine may be busy, or this process was stopped
 * meanwhile. So the kernel is asked how long the analyser has worked since the file began.
 */
export function createPatience(process: AnalyserProcess, maxCpuMs: number): Patience {
  const limitMs = maxCpuMs * OVERTIME_SHARE;
  const before = process.cpuMs();
  const workedMs = async (): Promise<number> => {
    const [start = NaN, now = NaN] = await Promise.all([before, process.cpuMs()]);
    return now - start;
  };
  return {
    async wait(work, timeoutMs, what) {
      const { settled, isSettled } = watch(work);
      let seenMs: number | undefined;
      for (let waitMs = Math.max(MIN_LOOK_MS, timeoutMs * FIRST_LOOK_SHARE); ;) {
        await withDeadline(settled, waitMs, () => new Error(what)).catch(() => undefined);
        if (isSettled()) return work;
        const nowMs = await workedMs();
        // Whoever was stopped finds the answer together with the end of the time.
        if (isSettled()) return work;
        const isOver = nowMs > limitMs;
        // Where nobody says how long it has worked, it has not.
        if (isOver || (seenMs !== undefined && !(nowMs - seenMs >= waitMs * WORKING_SHARE))) {
          process.kill(what, { isOvertime: isOver });
          throw new (isOver ? OvertimeError : TransientError)('analyser', what);
        }
        const longestMs = seenMs === undefined ? timeoutMs * (1 - FIRST_LOOK_SHARE) : timeoutMs;
        waitMs = Math.max(MIN_LOOK_MS, Math.min(longestMs, limitMs - (nowMs || 0)));
        seenMs = nowMs;
      }
    },
  };
}

/** Whether something has come to an end, whichever. */
function watch(work: Promise<unknown>): {
  readonly settled: Promise<void>;
  readonly isSettled: () => boolean;
} {
  let hasEnded = false;
  const note = (): void => void (hasEnded = true);
  return { settled: work.then(note, note), isSettled: () => hasEnded };
}
