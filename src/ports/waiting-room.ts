import type { InspectionJob } from './job-queue.js';

/** What one run handed out. */
export interface Turns {
  /** In the order in which they are to be inspected, as far as their priority is the same. */
  readonly jobs: readonly InspectionJob[];
  /** Whether inspections wait that were not handed out: for room, or because another process was at it. */
  readonly isBacklogged: boolean;
}

/**
 * Where inspections wait for their turn. The database holds them all; the queue gets as many as the window takes, so
 * that nobody's thousands stand before somebody else's first. Works across tenants and sees no content and no names.
 */
export interface WaitingRoom {
  /**
   * Chooses what the queue is to get next and notes that it has its turn. Safe to run in several processes: one at a time
   * chooses. What was chosen and never reached the queue is found by `Backlog.dueInspections`.
   *
   * @param window - inspections of each priority that the queue holds about
   */
  takeTurns(window: number): Promise<Turns>;
}
