import { OvertimeError, TransientError } from '../../domain/errors.js';
import { withDeadline } from '../common/with-deadline.js';
import type { AnalyserProcess } from './analyser-process.js';

/** Waits for an analyser with one file. */
export interface Patience {
  /**
   * Waits for what an analyser does next. One that stands still for so long is killed, and so is one that has used up the
   * time of the processor that the file may take; one that works is waited for, but not for longer than others can wait.
   *
   * @param timeoutMs - longest wait in which it hardly works, in milliseconds
   * @param what - the message of the error
   * @throws OvertimeError when the file has taken all its time, or nearly all in which others wait for it; TransientError
   *   when the analyser stood still, or the machine had no time for it
   */
  wait<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T>;
  /** Tells that nobody waits any more: whoever else reads the file has got the next bytes, too. */
  renew(): void;
}

/** Who gets less of the processor than this did not work: it stands still, or the machine is too busy. */
const WORKING_SHARE = 1 / 4;
/** An analyser keeps the limit itself, and looks now and then: only one that does not is beyond this. */
const OVERTIME_SHARE = 1.1;
/** Shortest time between two looks. */
const MIN_LOOK_MS = 100;
/** After this share of the time is the first look: what the analyser did for earlier waits says nothing about this one. */
const FIRST_LOOK_SHARE = 1 / 10;
/** While the analyser is waited for, clamd gets no bytes: it hangs up after the 120 s of its `ReadTimeout`. */
const MAX_HELD_MS = 100_000;
/** Who has worked for so much of the longest wait would come to no end in the next one either. */
const BUSY_SHARE = 1 / 2;

/** How long the analyser has worked for the file, and how long it was waited for since others got bytes. */
interface Look {
  readonly workedMs: number;
  readonly heldMs: number;
}

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
  let heldMs = 0;
  let first: Look | undefined;
  return {
    async wait(work, timeoutMs, what) {
      const { settled, isSettled } = watch(work);
      let last: Look | undefined;
      for (let waitMs = timeoutMs * FIRST_LOOK_SHARE; ;) {
        heldMs += await holdOn(settled, Math.max(MIN_LOOK_MS, Math.min(waitMs, MAX_HELD_MS - heldMs)));
        if (isSettled()) return work;
        const now = { workedMs: await workedMs(), heldMs };
        // Whoever was stopped finds the answer together with the end of the time.
        if (isSettled()) return work;
        const isLongest = now.heldMs >= MAX_HELD_MS;
        const isOver = now.workedMs > limitMs || (isLongest && hasWorked(first, now, BUSY_SHARE));
        if (isOver || isLongest || (last && !hasWorked(last, now, WORKING_SHARE))) {
          process.kill(what, { isOvertime: isOver });
          throw new (isOver ? OvertimeError : TransientError)('analyser', what);
        }
        waitMs = Math.min(
          last ? timeoutMs : timeoutMs * (1 - FIRST_LOOK_SHARE),
          limitMs - (now.workedMs || 0),
        );
        last = now;
        first ??= now;
      }
    },
    renew() {
      heldMs = 0;
      first = undefined;
    },
  };
}

/** Waits for so long at most, and says how long that was. */
async function holdOn(settled: Promise<void>, waitMs: number): Promise<number> {
  const beganAt = performance.now();
  await withDeadline(settled, waitMs, () => new Error('late')).catch(() => undefined);
  // That this process was stopped meanwhile is nobody's fault.
  return Math.min(waitMs, performance.now() - beganAt);
}

/** Where nobody says how long it has worked, it has not. */
const hasWorked = (since: Look | undefined, now: Look, share: number): boolean =>
  since !== undefined && now.workedMs - since.workedMs >= (now.heldMs - since.heldMs) * share;

/** Whether something has come to an end, whichever. */
function watch(work: Promise<unknown>): {
  readonly settled: Promise<void>;
  readonly isSettled: () => boolean;
} {
  let hasEnded = false;
  const note = (): void => void (hasEnded = true);
  return { settled: work.then(note, note), isSettled: () => hasEnded };
}
