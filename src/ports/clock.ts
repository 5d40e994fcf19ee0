/** The time of day. Use-cases never ask the system for it, so that tests can say what time it is. */
export interface Clock {
  /** The current instant. */
  now(): Date;
  /**
   * Resolves after a while, or at once when the signal aborts (without an error).
   *
   * @param durationMs - at least zero
   */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}
