import type { Backlog, DueFile } from '../ports/backlog.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore } from '../ports/file-store.js';
import type { JobQueue } from '../ports/job-queue.js';
import type { ObjectStore } from '../ports/object-store.js';
import { expireUpload } from './expire-upload.js';
import { removeStaged } from './remove-staged.js';

/** What sweeping needs. */
export interface SweepDeps {
  readonly backlog: Backlog;
  readonly queue: JobQueue;
  readonly fileStore: FileStore;
  readonly objectStore: ObjectStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** How one kind of work went. */
export interface SweepCount {
  readonly done: number;
  readonly failed: number;
  /** Of the first that failed. */
  readonly cause?: unknown;
}

/** What one run came to. */
export interface SweepReport {
  readonly inspections: SweepCount;
  readonly expiries: SweepCount;
  readonly cleanups: SweepCount;
  readonly forgottenKeys: SweepCount;
}

/** Most inspections that one run asks for. */
const MAX_INSPECTIONS = 1_000;
/** Most uploads that one run expires, and most files that it cleans up. */
const MAX_FILES = 200;
/** Most idempotency keys that one run forgets. */
const MAX_KEYS = 1_000;
/** Files that are worked on at the same time. */
const WIDTH = 8;
/** After so many failures of one kind the rest waits for the next run: something they share is down. */
const MAX_FAILURES = 24;

const NOTHING: SweepCount = { done: 0, failed: 0 };

/**
 * Does what has come due and what others lost: asks for inspections that the queue does not know, gives up
 * uploads whose time is over, removes bytes that nobody needs any more, forgets old idempotency keys. What
 * fails stays due. Safe to run in several processes: every step can be repeated.
 *
 * @returns a function that runs once; ends early when the signal aborts, and never throws
 */
export const sweep =
  (deps: SweepDeps) =>
  async (signal: AbortSignal): Promise<SweepReport> => {
    const { backlog, queue } = deps;
    const expire = expireUpload(deps);
    const remove = removeStaged(deps);
    return {
      inspections: await each(
        signal,
        () => backlog.dueInspections(MAX_INSPECTIONS),
        (job) => queue.enqueueInspection(job),
      ),
      expiries: await each(signal, () => backlog.dueExpiries(MAX_FILES), expire),
      // Asked for after the expiries, so that the bytes of what has just expired go in the same run.
      cleanups: await each(
        signal,
        () => backlog.dueCleanups(MAX_FILES),
        (due: DueFile) => remove(due, signal),
      ),
      forgottenKeys: await forget(backlog, signal),
    };
  };

/** Works on everything that is due, a few at a time; the failure of one does not stop the others. */
async function each<T>(
  signal: AbortSignal,
  find: () => Promise<readonly T[]>,
  work: (item: T) => Promise<unknown>,
): Promise<SweepCount> {
  if (signal.aborted) return NOTHING;
  const [found] = await Promise.allSettled([find()]);
  if (found.status === 'rejected') return { done: 0, failed: 1, cause: found.reason };
  let done = 0;
  const causes: unknown[] = [];
  for (let start = 0; start < found.value.length; start += WIDTH) {
    if (signal.aborted || causes.length >= MAX_FAILURES) break;
    const results = await Promise.allSettled(found.value.slice(start, start + WIDTH).map(work));
    const failures = results.filter((result) => result.status === 'rejected');
    done += results.length - failures.length;
    causes.push(...failures.map((failure) => failure.reason as unknown));
  }
  return { done, failed: causes.length, ...(causes.length > 0 ? { cause: causes[0] } : {}) };
}

async function forget(backlog: Backlog, signal: AbortSignal): Promise<SweepCount> {
  if (signal.aborted) return NOTHING;
  return backlog.forgetExpiredKeys(MAX_KEYS).then(
    (done): SweepCount => ({ done, failed: 0 }),
    (cause: unknown): SweepCount => ({ done: 0, failed: 1, cause }),
  );
}
