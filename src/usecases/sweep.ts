import type { Backlog, DueCleanup } from '../ports/backlog.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore } from '../ports/file-store.js';
import type { JobQueue } from '../ports/job-queue.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { QuarantineArea } from '../ports/quarantine-area.js';
import { expireDeadLetter } from './dead-letters/expire-dead-letter.js';
import { expireUpload } from './expire-upload.js';
import { reconcileSagas } from './reconcile-sagas.js';
import { createRound } from './round.js';
import { budget, each, type SweepCount } from './sweeping.js';

/** What sweeping needs. */
export interface SweepDeps {
  readonly backlog: Backlog;
  readonly queue: JobQueue;
  readonly files: FileStore;
  readonly objects: ObjectStore & QuarantineArea;
  /** How long infected content is kept, in milliseconds. */
  readonly retentionMs: number;
  /** How long a dead letter waits for a decision, in milliseconds. */
  readonly deadLetterMs: number;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** What one run came to. */
export interface SweepReport {
  readonly inspections: SweepCount;
  readonly expiries: SweepCount;
  readonly deadLetters: SweepCount;
  readonly cleanups: SweepCount;
  readonly forgottenKeys: SweepCount;
  readonly forgottenChallenges: SweepCount;
}

/** Most inspections that one run asks for. */
const MAX_INSPECTIONS = 1_000;
/** Most uploads that one run expires, and most files that it cleans up. */
const MAX_FILES = 200;
/** Idempotency keys, or questions about possession, that one statement forgets. */
const MAX_KEYS = 1_000;

/**
 * Does what has come due and what others lost: asks for inspections that the queue does not know, gives up
 * uploads and discards dead letters whose time is over, removes bytes that nobody needs any more, forgets what is over. What
 * fails stays due, and comes again after the others. Safe to run in several processes: every step can be repeated.
 *
 * @returns a function that runs once; ends early when the signal aborts, and never throws
 */
export const sweep = (deps: SweepDeps) => {
  const { backlog, queue, clock } = deps;
  const ended = createRound((limit, after?: DueCleanup) => backlog.dueCleanups(limit, after), MAX_FILES);
  const reconcile = reconcileSagas(deps);
  return async (signal: AbortSignal): Promise<SweepReport> => {
    const hasTime = budget(clock, signal);
    const inspections = await each(
      hasTime(),
      () => backlog.dueInspections(MAX_INSPECTIONS),
      (job) => queue.enqueueInspection(job),
    );
    const expiries = await each(hasTime(), () => backlog.dueExpiries(MAX_FILES), expireUpload(deps));
    const deadLetters = await each(
      hasTime(),
      () => backlog.dueDeadLetters(deps.deadLetterMs, MAX_FILES),
      expireDeadLetter(deps),
    );
    // Asked for after the expiries, so that the bytes of what has just expired go in the same run.
    const cleanups = await each(
      hasTime(),
      () => ended.next(),
      (due) => {
        ended.begin(due);
        return reconcile(due);
      },
    );
    const forgottenKeys = await forget(hasTime(), (limit) => backlog.forgetExpiredKeys(limit));
    const forgottenChallenges = await forget(hasTime(), (limit) => backlog.forgetExpiredChallenges(limit));
    return { inspections, expiries, deadLetters, cleanups, forgottenKeys, forgottenChallenges };
  };
};

/** Whatever is over, as long as there is time: a bound for each run would let more come than go. */
async function forget(
  hasTime: () => boolean,
  forgetExpired: (limit: number) => Promise<number>,
): Promise<SweepCount> {
  let done = 0;
  try {
    for (let found = MAX_KEYS; found >= MAX_KEYS && hasTime(); done += found) {
      found = await forgetExpired(MAX_KEYS);
    }
    return { done, failed: 0 };
  } catch (cause) {
    return { done, failed: 1, cause };
  }
}
