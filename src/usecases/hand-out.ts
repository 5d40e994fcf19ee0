import type { JobQueue } from '../ports/job-queue.js';
import type { WaitingRoom } from '../ports/waiting-room.js';

/** What handing out needs. */
export interface HandOutDeps {
  readonly waitingRoom: WaitingRoom;
  readonly queue: JobQueue;
  /** Inspections of each priority that the queue holds about. */
  readonly window: number;
}

/** What one run came to. */
export interface HandOutReport {
  readonly handedOut: number;
  /** Inspections that the queue did not take; the sweeper finds them in the database. */
  readonly leftToSweeper: number;
  /** Why not, from the first of them. */
  readonly cause?: unknown;
  /** Whether more wait than the queue was given. */
  readonly isBacklogged: boolean;
}

/**
 * Hands inspections whose turn it is to the queue. A queue that is down loses nothing: what it did not take
 * keeps its turn, and the sweeper asks again.
 *
 * @throws TransientError when the database is away
 */
export const handOut =
  ({ waitingRoom, queue, window }: HandOutDeps) =>
  async (): Promise<HandOutReport> => {
    const { jobs, isBacklogged } = await waitingRoom.takeTurns(window);
    // All calls start in the order of the turns; there are no more than one run hands out.
    const results = await Promise.allSettled(jobs.map((job) => queue.enqueueInspection(job)));
    const refusals = results.filter((result) => result.status === 'rejected');
    return {
      handedOut: jobs.length - refusals.length,
      leftToSweeper: refusals.length,
      ...(refusals.length > 0 ? { cause: refusals[0]?.reason as unknown } : {}),
      isBacklogged,
    };
  };
