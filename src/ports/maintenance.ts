/** Work that one process at a time does every now and then. */
export type MaintenanceWork = 'collector' | 'rescan';

/** Who has the work. */
export interface MaintenanceLease {
  /** Keeps it; false when it was lost, because it was kept for too long without a word. */
  renew(): Promise<boolean>;
  /** Notes a complete run, from which the next one is counted, and lets go. Does nothing when it was lost. */
  finish(): Promise<void>;
  /** Lets go without noting a run, so that the next one may begin at once. Does nothing when it was lost. */
  release(): Promise<void>;
}

/**
 * Shares out work among all processes, so that it is done once at a time and no more often than wished, however many
 * there are and however often they start. It saves work; what is done must be safe to do twice. Throws `TransientError`.
 */
export interface Maintenance {
  /**
   * Takes the work when it is due and nobody has it.
   *
   * @param intervalMs - from the end of the last complete run
   */
  begin(work: MaintenanceWork, intervalMs: number): Promise<MaintenanceLease | undefined>;
}
